import type { Queryable } from '../queries/define.ts';
import { type LedgerRunRow, ledgerEvents, ledgerRuns } from '../queries/ledger_read.ts';
import type { RunEvent } from '../run/index.ts';
import { parseJournal } from '../run/journal-text.ts';

export type { LedgerRunRow };

/** A run as the ledger has it. */
export interface LedgerRun {
  run: string;
  events: RunEvent[];
  /** The lines of its journal, to the letter. */
  lines: string[];
}

/** The runs in a ledger, the newest first. `on`: a session whose search_path is the ledger's schema. */
export const listLedgerRuns = (on: Queryable): Promise<LedgerRunRow[]> => ledgerRuns(on);

/**
 * A run's events, or those of the newest run; null when there is none. In a database of another encoding than UTF8 the
 * texts are escaped: JSON that was read and written again is the journal's line. Fails when an event is missing.
 */
export const readLedger = async (on: Queryable, run: string | null): Promise<LedgerRun | null> => {
  const id = run ?? (await ledgerRuns(on))[0]?.run;
  if (id === undefined) return null;
  const lines = (await ledgerEvents(on, id)).map((text) => JSON.stringify(JSON.parse(text)));
  if (lines.length === 0) return null;
  const { events, problem } = parseJournal(`${lines.join('\n')}\n`);
  if (problem !== null) throw new Error(`the ledger does not have all events of the run ${id}: ${problem}`);
  return { run: id, events, lines };
};
