/** Which server answers, as it says itself. */
export interface ServerIdentity {
  /** Of the data folder, the same for a primary and its physical standbys; null when the server does not tell. */
  system: string | null;
  /** Raised by each promotion; null on a standby. */
  timeline: number | null;
  /** When it started: ISO, UTC, with microseconds. */
  startedAt: string;
  inRecovery: boolean;
  version: string;
}

/** Servers that no session of the run is kept to: nothing may be sent there. */
export type RefusedServer = 'in-recovery' | 'another-server' | 'former-primary';

/** What a session that was made anew found, against the server that the run works on. */
export type ServerChange =
  | 'restarted'
  /** A promoted copy: what was written last may be missing in it. */
  | 'failed-over'
  /** Started anew, and it does not say enough to know it again. */
  | 'unidentified'
  | RefusedServer
  /** The one that the run works on answers again, after one that was refused. */
  | 'back';

const REFUSED: ReadonlySet<string> = new Set<RefusedServer>(['in-recovery', 'another-server', 'former-primary']);

export const isRefused = (change: ServerChange | 'same'): change is RefusedServer => REFUSED.has(change);

/** After these nothing is known for sure of what stands in the server: it is looked at again. */
export const needsLook = (change: ServerChange): boolean => change === 'failed-over' || change === 'unidentified';

export const isSameServer = (a: ServerIdentity, b: ServerIdentity): boolean =>
  a.system === b.system && a.timeline === b.timeline && a.startedAt === b.startedAt && a.inRecovery === b.inRecovery;

/** What the server that answers now is to the one that the run works on, which was a primary. */
export const compareServers = (known: ServerIdentity, seen: ServerIdentity): Exclude<ServerChange, 'back'> | 'same' => {
  if (known.system !== null && seen.system !== null && known.system !== seen.system) return 'another-server';
  if (seen.inRecovery) return 'in-recovery';
  if (known.timeline !== null && seen.timeline !== null) {
    // The old primary, back from the dead: what is written there is lost.
    if (seen.timeline < known.timeline) return 'former-primary';
    if (seen.timeline > known.timeline) return 'failed-over';
  }
  if (known.startedAt === seen.startedAt) return 'same';
  return known.system !== null && seen.system !== null ? 'restarted' : 'unidentified';
};

/** Why nothing may be sent to this server; null when it may. A run that knows no primary yet looks at whatever answers. */
export const refusalOf = (known: ServerIdentity | null, seen: ServerIdentity): RefusedServer | null => {
  if (known === null || known.inRecovery) return null;
  const change = compareServers(known, seen);
  return isRefused(change) ? change : null;
};

/** A refused server in words, as part of a sentence. */
export const REFUSED_WORDS: Readonly<Record<RefusedServer, string>> = {
  'in-recovery': 'a standby answers (in recovery)',
  'another-server': 'another server answers (its system identifier is another)',
  'former-primary': 'the former primary answers (its timeline is behind)',
};
