import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RunEvent } from '../../src/run/index.ts';
import { replay } from '../../src/run/index.ts';
import { type CatalogEntry, catalogOf, type IndexEntry, indexesOf, withoutLedger } from '../support/catalog.ts';
import type { TestDatabase } from '../support/database.ts';
import { type Fed, fedOf } from '../support/ledger.ts';
import { poll } from '../support/poll.ts';
import { EXIT_FILE } from './witness.ts';

/** How a database should be after its run. */
export interface Expected {
  planned: readonly IndexEntry[];
  /** The catalog before the run. */
  before: readonly CatalogEntry[];
}

/** How it is, and what the run says of itself. */
export interface Found {
  indexes: readonly IndexEntry[];
  catalog: readonly CatalogEntry[];
  /** Sessions of any run of ours, by application_name. */
  sessions: readonly string[];
  /** Holders of advisory locks in this database, by application_name. */
  locks: readonly string[];
  /** The journal as it is in the file. */
  journal: string;
  /** What the ledger has of the run; as a text, why it cannot be read. */
  ledger: Fed | string;
  /** The status with which the last engine's process exited; null when it did not exit by itself. */
  exit: number | null;
}

/** The server sees the end of a connection that was closed properly within moments. */
const SETTLED_WITHIN_MS = 3_000;

const namesIn = async (database: TestDatabase, sql: string): Promise<string[]> =>
  (await database.sql<{ name: string }>(sql)).map(({ name }) => name);

const sessionsIn = (database: TestDatabase): Promise<string[]> =>
  namesIn(
    database,
    `SELECT format('%s, %s: %s', application_name, state, left(query, 60)) AS name FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'indexdeck %' ORDER BY 1`,
  );

const locksIn = (database: TestDatabase): Promise<string[]> =>
  namesIn(
    database,
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );

/** Looks at all that is left when the last engine of a run is gone. `dir` is the run's directory. */
export const lookAfter = async (database: TestDatabase, dir: string): Promise<Found> => {
  await poll(async () => (await sessionsIn(database)).length === 0, SETTLED_WITHIN_MS).catch(() => undefined);
  const exitFile = join(dir, EXIT_FILE);
  return {
    indexes: await indexesOf(database),
    catalog: await catalogOf(database),
    sessions: await sessionsIn(database),
    locks: await locksIn(database),
    journal: readFileSync(join(dir, 'journal.jsonl'), 'utf8'),
    ledger: await fedOf(database, basename(dir)).catch((error: Error) => error.message),
    exit: existsSync(exitFile) ? Number(readFileSync(exitFile, 'utf8')) : null,
  };
};

const textOf = (entry: IndexEntry): string =>
  `${entry.definition}${entry.valid && entry.ready && entry.live ? '' : ' (not valid)'}`;

const indexProblems = ({ planned }: Expected, { indexes }: Found): string[] => {
  const there = new Map(indexes.map((entry) => [entry.name, textOf(entry)]));
  return [
    ...planned.flatMap((entry) => {
      const found = there.get(entry.name);
      return found === textOf(entry) ? [] : [`${entry.name} is ${found ?? 'missing'}`];
    }),
    ...indexes.flatMap(({ name, valid }) => (valid ? [] : [`${name} is not valid`])),
  ];
};

const catalogProblems = ({ planned, before }: Expected, { catalog }: Found): string[] => {
  const ours = new Set(planned.map(({ name }) => name));
  const { rest } = withoutLedger(catalog);
  const after = new Set(rest.filter(({ owner }) => !ours.has(owner)).map(({ text }) => text));
  const stood = new Set(before.map(({ text }) => text));
  return [
    ...[...stood].filter((text) => !after.has(text)).map((text) => `gone: ${text}`),
    ...[...after].filter((text) => !stood.has(text)).map((text) => `new: ${text}`),
  ];
};

const parse = (line: string): RunEvent | null => {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return null;
  }
};

const journalProblems = ({ journal, exit }: Found): string[] => {
  if (!journal.endsWith('\n')) return ['the journal does not end with a whole line'];
  const events = journal.slice(0, -1).split('\n').map(parse);
  const broken = events.findIndex((event, at) => event?.seq !== at + 1 || event.run !== events[0]?.run);
  if (broken !== -1) return [`line ${broken + 1} of the journal is not event ${broken + 1} of the run`];
  const state = replay(events.filter((event) => event !== null));
  if (state?.outcome == null) return ['the journal does not say how the run ended'];
  const { status, reason } = state.outcome;
  return [
    ...(status === 0 ? [] : [`status ${status}: ${reason}`]),
    ...(exit === status ? [] : [`the process exited with ${exit}, the journal says ${status}`]),
    ...(events.at(-1)?.type === 'run.finished' ? [] : ['something was recorded after the end']),
  ];
};

/** The ledger is the journal's copy, to the letter. */
const ledgerProblems = ({ journal, ledger }: Found): string[] => {
  if (typeof ledger === 'string') return [`the ledger cannot be read: ${ledger}`];
  const lines = journal.trimEnd().split('\n');
  const { events, rows } = ledger;
  const differs = lines.findIndex((line, at) => events[at]?.seq !== at + 1 || events[at].event !== line);
  const last = parse(lines.at(-1) ?? '');
  // A journal without an end is spoken of already.
  const row = last?.type === 'run.finished' && { phase: 'finished', status: last.status, seq: lines.length };
  return [
    ...(differs === -1 ? [] : [`event ${differs + 1} in the ledger is ${events[differs]?.event ?? 'missing'}`]),
    ...(events.length > lines.length ? [`the ledger has ${events.length} events, the journal ${lines.length}`] : []),
    ...(row && !isDeepStrictEqual(rows, [row]) ? [`the ledger says of the run ${JSON.stringify(rows)}`] : []),
  ];
};

/** All that is not as it should be after a run that had to reach its goal, each as a sentence; none when all is well. */
export const problemsOf = (expected: Expected, found: Found): string[] => [
  ...indexProblems(expected, found),
  ...catalogProblems(expected, found),
  ...found.sessions.map((session) => `a session is left: ${session}`),
  ...found.locks.map((holder) => `an advisory lock is left, held by ${holder}`),
  ...journalProblems(found),
  ...ledgerProblems(found),
];
