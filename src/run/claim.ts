import { DUPLICATE_TABLE, ownError } from './errors.ts';
import type { ErrorFacts, Leftover } from './events.ts';
import type { BuildOutcome } from './inputs.ts';

/** An index as it stands in the catalog right now. It says nothing of whose it is. */
export interface IndexAt {
  oid: number;
  valid: boolean;
  /** Not valid but ready: writes maintain it already, and a unique one rejects rows. */
  ready: boolean;
  /** Who builds it, drops it or changes it right now: leave it alone. */
  building: number | null;
  /** It backs a constraint, so it is nobody's leftover. */
  constraint: boolean;
  /** As the last build, VACUUM or ANALYZE left it in pg_class.relpages: exact right after a build. */
  bytes: number;
}

/** What an attempt has left behind on our side: all that a claim to an index can rest on. */
export interface Traces {
  /** The OID that the server named as the one that our backend was making. */
  oid: number | null;
  /** The server told our session that it began to fill an index of this name. */
  heard: boolean;
  /** Its statement was not sent: it has left nothing. */
  unsent: boolean;
}

/** Whether what stands in the index's place is this run's. `if-planned`: if it is of the planned definition. */
export type Claim = 'ours' | 'not-ours' | 'if-planned';

/** Only the name tells: our session is done, so whoever is at work on an index of that name works on another, or drops it. */
const isByName = ({ oid, heard }: Traces): boolean => oid === null && heard;

/** The claim of an attempt that ended before our eyes, with an error: only what the server said counts. */
export const claimOfFailed = (found: IndexAt, traces: Traces): Claim =>
  traces.oid === found.oid || (isByName(traces) && found.building === null) ? 'ours' : 'not-ours';

/**
 * The claim of an attempt that nobody saw ending. The OID is the proof where the server has told it. Without one it is the
 * recorded intent: the name was free when this run looked, right before it recorded that it would build it, and nobody but
 * this run's backend worked on it. An index that is valid must be the planned one besides.
 */
export const claimOfLost = (found: IndexAt, { oid, heard, unsent }: Traces): Claim => {
  if (oid !== null) return oid === found.oid ? 'ours' : 'not-ours';
  if (unsent) return 'not-ours';
  if (found.building !== null) return 'not-ours';
  if (heard) return 'ours';
  if (found.valid) return 'if-planned';
  return found.constraint ? 'not-ours' : 'ours';
};

/** What a failed attempt left; null when there is nothing that this run or its operator would have to mind. */
export const leftoverOf = (
  found: IndexAt | null,
  where: { schema: string; name: string },
  error: ErrorFacts,
  ours: boolean,
  traces: Traces,
): Leftover | null => {
  if (found === null || found.valid) return null;
  // One that is not ours and that somebody is building, or that had the name before us, is no leftover. A function in an
  // index may fail with any SQLSTATE: what is proven to be ours is a leftover all the same.
  if (!ours && !isByName(traces) && (found.building !== null || error.sqlstate === DUPLICATE_TABLE)) return null;
  return { oid: found.oid, schema: where.schema, name: where.name, ours };
};

/** How an attempt that nobody saw ending counts, by what was found in its place; durationMs at the most. */
export const outcomeOfLost = (
  found: IndexAt | null,
  where: { schema: string; name: string },
  error: ErrorFacts,
  ours: boolean,
  traces: Traces,
  durationMs: number,
): BuildOutcome =>
  found?.valid && ours
    ? { kind: 'built', oid: found.oid, bytes: found.bytes, durationMs, unwatched: true }
    : { kind: 'failed', error, leftover: leftoverOf(found, where, error, ours, traces) };

/**
 * How an attempt counts that the server says has succeeded, by what was found right after: an index of another OID than
 * the server had named is somebody else's, who was quick. One that is not valid is what a crash, or the server that took
 * over, kept of ours when it lost the commit that was reported.
 */
export const outcomeOfSuccess = (
  found: IndexAt | null,
  where: { schema: string; name: string },
  traces: Traces,
  durationMs: number,
): BuildOutcome => {
  if (found?.valid && (traces.oid === null || traces.oid === found.oid))
    return { kind: 'built', oid: found.oid, bytes: found.bytes, durationMs };
  const error = ownError('the server reported success, but the valid index of this name that it made is not there');
  const ours = found !== null && claimOfFailed(found, traces) === 'ours';
  return { kind: 'failed', error, leftover: leftoverOf(found, where, error, ours, traces) };
};

/**
 * What is to be done with an index that is to be dropped, by what stands under its name right now; `elsewhere`: it, by its OID,
 * as it stands anywhere else; null when nowhere. One that somebody else has dropped is gone, whatever took its place; one
 * that somebody has made valid is no leftover any more.
 */
export const beforeDrop = (
  found: IndexAt | null,
  oid: number,
  elsewhere: { valid: boolean } | null,
): { kind: 'drop' } | { kind: 'gone' } | { kind: 'refused' | 'settled'; why: string } => {
  const refused = (why: string) => ({ kind: 'refused' as const, why: `${why}: not touched` });
  if (found?.oid !== oid) {
    if (elsewhere?.valid) return { kind: 'settled', why: 'it is valid by now, under another name: not touched' };
    return elsewhere ? refused('it is not under its name or on its table any more') : { kind: 'gone' };
  }
  // REINDEX makes a leftover valid under the same OID (tried on 15 and 18).
  if (found.valid) return { kind: 'settled', why: 'it is valid by now: not touched' };
  if (found.constraint) return refused('it backs a constraint by now');
  if (found.building !== null) return refused(`pid ${found.building} is building it`);
  return { kind: 'drop' };
};
