import type { RunEvent } from '../../run/index.ts';

/** The ledger has what this engine did not write: another one has taken the run over. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

const sameJson = (text: string, event: RunEvent): boolean => {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(event);
  } catch {
    return false;
  }
};

/**
 * How many of the journal's events the ledger has, by the newest that it has of this run. Throws Superseded when that is
 * not an event of ours: events are numbered without gaps, so one that differs is another engine's.
 */
export const standing = (events: readonly RunEvent[], last: { seq: number; event: string } | null): number => {
  if (last === null) return 0;
  const ours = events[last.seq - 1];
  if (ours === undefined)
    throw new Superseded(
      `the ledger has event ${last.seq} of this run, and this engine's last one is ${events.length}`,
    );
  if (!sameJson(last.event, ours))
    throw new Superseded(`the ledger has another event ${last.seq} of this run than this engine`);
  return last.seq;
};
