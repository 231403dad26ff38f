import { join } from 'node:path';
import { type LedgerRun, type RunEntry, readJournal } from '../../client/index.ts';
import { Journal } from '../../engine/journal.ts';
import { type RunState, replay } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import { journalDirectory, makeRunDirectory } from '../identity.ts';
import { type Io, say } from '../io.ts';

/** A run that can be gone on with on this machine: its whole history is in its directory. */
export interface TakenUp {
  run: string;
  dir: string;
  state: RunState;
  /** ledger: some of its events are known here from the ledger alone. */
  from: 'journal' | 'ledger';
}

/** The lines of the ledger that the journal lacks; fails when the two tell different stories. */
const missing = (run: string, dir: string, ledger: LedgerRun): string[] => {
  const here = readJournal(dir).events.map((event) => JSON.stringify(event));
  const at = here.findIndex((line, index) => index < ledger.lines.length && line !== ledger.lines[index]);
  if (at !== -1)
    throw new UsageError(
      `the journal in ${dir} and the ledger tell different stories of run ${run} from event ${at + 1} on: it went on elsewhere, ` +
        `from the ledger, while events of this machine had not reached it. Go on there, or move ${dir} away and resume from the ledger`,
    );
  return ledger.lines.slice(here.length);
};

const entryOf = (run: string, dir: string): RunEntry => {
  const { events, problem } = readJournal(dir);
  return { run, dir, state: replay(events), alive: false, problem };
};

/**
 * Brings a run's history to this machine: what the journal here has, and what the ledger has besides, as after it went on
 * elsewhere. Null when neither knows the run; fails when `admit` does.
 */
export const takeUp = (
  local: RunEntry | null,
  ledger: LedgerRun | null,
  journal: string | undefined,
  admit: (entry: RunEntry) => RunState,
  io: Io,
): TakenUp | null => {
  if (local === null && ledger === null) return null;
  const run = local?.run ?? ledger?.run ?? '';
  const dir = local?.dir ?? makeRunDirectory(journalDirectory(journal, io.env), run);
  const lines = ledger === null ? [] : missing(run, dir, ledger);
  if (lines.length > 0) {
    Journal.adopt(dir, run, lines);
    say(io, `run ${run}: ${lines.length} events from the ledger, kept in ${join(dir, 'journal.jsonl')}`);
  }
  return { run, dir, state: admit(entryOf(run, dir)), from: lines.length > 0 ? 'ledger' : 'journal' };
};
