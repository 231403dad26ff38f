import { chooseRun, listRuns, type RunEntry } from '../client/index.ts';
import { planned, rebuildsOf } from '../run/index.ts';
import { plainText } from '../run/plain-text.ts';
import type { ConnectionFlags } from './connection/index.ts';
import { connectionSettings } from './connection/settings.ts';
import { UsageError } from './errors.ts';
import { journalDirectory } from './identity.ts';
import type { Io } from './io.ts';

/** What a run is doing, in a word or two. */
export const runWord = ({ state, alive }: RunEntry): string => {
  if (state === null) return alive ? 'starting' : 'nothing recorded';
  if (state.outcome !== null) return `finished, status ${state.outcome.status}`;
  if (!alive) return 'engine gone';
  return state.pauses.length > 0 && state.phase !== 'aborting' ? 'paused' : state.phase;
};

/** A run in one line. */
export const runLine = (entry: RunEntry): string => {
  const { run, state } = entry;
  const place = state === null ? '' : `${plainText(state.database.host)}/${plainText(state.database.database)}`;
  const indexes = state === null ? [] : planned(state).filter((step) => step.step.kind === 'create-index');
  const built = indexes.filter((step) => step.status === 'done' || step.status === 'equal').length;
  const rebuilds = state === null ? null : rebuildsOf(state);
  const counts = [
    ...(indexes.length > 0 || rebuilds === null ? [`${built}/${indexes.length} indexes`] : []),
    ...(rebuilds === null ? [] : [`${rebuilds.done}/${rebuilds.total} rebuilt`]),
  ];
  const progress = state === null ? '' : counts.join(', ');
  return [run, runWord(entry).padEnd(18), progress.padEnd(14), place].join('  ').trimEnd();
};

export interface RunSelection {
  /** An ID or the beginning of one. */
  run: string | undefined;
  journal: string | undefined;
  flags: ConnectionFlags;
  /** Where the ledger is, if that was said. */
  ledgerSchema?: string | undefined;
}

const isOn = ({ state }: RunEntry, flags: ConnectionFlags, io: Io): boolean => {
  const { host, port, database } = connectionSettings(flags, io.env).config;
  return state?.database.host === host && state.database.port === port && state.database.database === database;
};

/**
 * The run that is meant. Left out, the newest: of those on the database that connection flags name, if there are any;
 * for what only a living engine can do, of those whose engine lives, and never one of several.
 */
export const theRun = async (selection: RunSelection, io: Io, wanted: 'any' | 'living'): Promise<RunEntry> => {
  const found = await findTheRun(selection, io, wanted);
  if (found !== null) return found;
  const { run } = selection;
  const dir = journalDirectory(selection.journal, io.env);
  throw new UsageError(run === undefined ? `there is no run in ${dir}` : `there is no run ${run} in ${dir}`);
};

/** `theRun`, or null when there is none. one-living: one of several that live is never chosen, and one that has ended may be. */
export const findTheRun = async (
  { run, journal, flags }: RunSelection,
  io: Io,
  wanted: 'any' | 'living' | 'one-living',
): Promise<RunEntry | null> => {
  const dir = journalDirectory(journal, io.env);
  const all = await listRuns(dir);
  const byPlace = run === undefined && Object.keys(flags).length > 0;
  const there = byPlace ? all.filter((entry) => isOn(entry, flags, io)) : all;
  const living = there.filter((entry) => entry.alive);
  const among = run === undefined && living.length > 0 ? living : there;
  if (run === undefined && wanted !== 'any' && living.length > 1) throw ambiguous(living);
  const chosen = chooseRun(among, run ?? null);
  if ('ambiguous' in chosen) throw ambiguous(chosen.ambiguous);
  if ('none' in chosen) return null;
  if (wanted === 'living' && !chosen.found.alive)
    throw new UsageError(`run ${chosen.found.run} does not go on any more: ${runWord(chosen.found)}`);
  return chosen.found;
};

const ambiguous = (entries: readonly RunEntry[]): UsageError =>
  new UsageError(`several runs are meant, name one:${entries.map((entry) => `\n  ${runLine(entry)}`).join('')}`);
