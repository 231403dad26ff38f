import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventBody, RunEvent } from '../../src/run/index.ts';
import { ledgerOn, RUN } from '../engine/ledger/support.ts';
import { catalogOf, indexesOf } from '../support/catalog.ts';
import { options, planOf } from '../support/core.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import type { Fed } from '../support/ledger.ts';
import { type Expected, type Found, lookAfter, problemsOf } from './end-conditions.ts';
import { EXIT_FILE } from './witness.ts';

const journalOf = (...bodies: EventBody[]): string =>
  bodies
    .map((body, at) => `${JSON.stringify({ seq: at + 1, at: '2026-01-01T00:00:00.000Z', run: RUN, ...body })}\n`)
    .join('');

const started: EventBody = {
  type: 'run.started',
  version: 'test',
  plan: planOf(),
  database: { host: 'h', port: 1, database: 'd', user: 'u' },
  operator: 'test',
  options: options(),
  engine: { pid: 1, host: 'h' },
};
const finished = (status: 0 | 1 | 4 | 5): EventBody => ({ type: 'run.finished', status, reason: 'so', leftToDo: [] });

const planned = { name: 's.idx', definition: 'CREATE INDEX idx', valid: true, ready: true, live: true };
const other = { ...planned, name: 's.other', definition: 'CREATE INDEX other' };
const table = { owner: 's.t', text: 'pg_class s.t' };
const ofIndex = { owner: 's.idx', text: 'pg_class s.idx' };

/** The ledger of a run with this journal. */
const fedFrom = (journal: string): Fed => {
  const lines = journal.trimEnd().split('\n');
  const status = Number(/"status":(\d)/.exec(lines.at(-1) ?? '')?.[1]);
  return {
    rows: [{ phase: 'finished', status, seq: lines.length }],
    events: lines.map((event, at) => ({ seq: at + 1, event })),
  };
};

const expected: Expected = { planned: [planned], before: [table] };
const good: Found = {
  indexes: [planned, other],
  catalog: [table, ofIndex],
  sessions: [],
  locks: [],
  journal: journalOf(started, finished(0)),
  ledger: fedFrom(journalOf(started, finished(0))),
  exit: 0,
};

const problems = (more: Partial<Found>): string[] =>
  problemsOf(expected, { ...good, ledger: fedFrom(more.journal ?? good.journal), ...more });

/** The good run's ledger with something else in it. */
const ledger = (spoil: (fed: Fed) => void): Fed => {
  const fed = fedFrom(good.journal);
  spoil(fed);
  return fed;
};

it('all is well', () => {
  expect(problems({})).toEqual([]);
});

describe('each condition can fail', () => {
  it.each<[string, Partial<Found>, RegExp]>([
    ['a planned index is missing', { indexes: [other] }, /^s.idx is missing$/],
    [
      'it has another definition',
      { indexes: [{ ...planned, definition: 'CREATE INDEX x' }] },
      /^s.idx is CREATE INDEX x$/,
    ],
    ['it is not ready', { indexes: [{ ...planned, ready: false }] }, /not valid/],
    ['another index is not valid', { indexes: [planned, { ...other, valid: false }] }, /^s.other is not valid$/],
    ['something is gone', { catalog: [ofIndex] }, /^gone: pg_class s.t$/],
    ['something is new', { catalog: [table, ofIndex, { owner: 's.x', text: 'pg_class s.x' }] }, /^new: pg_class s.x$/],
    ['a session is left', { sessions: ['indexdeck lock'] }, /^a session is left: indexdeck lock$/],
    ['a lock is left', { locks: ['indexdeck lock'] }, /^an advisory lock is left/],
    ['no journal', { journal: '' }, /whole line/],
    ['a torn line', { journal: `${good.journal}{"seq":` }, /whole line/],
    ['a torn line in the middle', { journal: `${journalOf(started)}{"se${journalOf(finished(0))}` }, /^line 2/],
    ['an event twice', { journal: `${journalOf(started)}${journalOf(started, finished(0))}` }, /^line 2/],
    ['an event of another run', { journal: good.journal.replace(/"run":"r1"(.*\n)$/, '"run":"q"$1') }, /^line 2/],
    ['no end', { journal: journalOf(started), exit: null }, /does not say how the run ended/],
    ['another status', { journal: journalOf(started, finished(4)), exit: 4 }, /^status 4/],
    ['a process that says otherwise', { exit: 1 }, /exited with 1, the journal says 0/],
    ['a process that was killed', { exit: null }, /exited with null/],
    ['no ledger', { ledger: 'relation "events" does not exist' }, /^the ledger cannot be read: relation/],
    [
      'the ledger lacks the end',
      { ledger: ledger(({ events }) => events.pop()) },
      /^event 2 in the ledger is missing$/,
    ],
    ['the ledger has a gap', { ledger: ledger(({ events }) => events.shift()) }, /^event 1 in the ledger is /],
    [
      'the ledger has another event',
      { ledger: ledger(({ events }) => events.splice(1, 1, { seq: 2, event: '{}' })) },
      /^event 2 in the ledger is {}$/,
    ],
    [
      'the ledger has one more',
      { ledger: ledger(({ events }) => events.push({ seq: 3, event: '{}' })) },
      /^the ledger has 3 events, the journal 2$/,
    ],
    [
      'the ledger does not know the run',
      { ledger: ledger(({ rows }) => rows.pop()) },
      /^the ledger says of the run \[\]$/,
    ],
    [
      'the ledger knows it as running',
      { ledger: ledger(({ rows }) => rows.splice(0, 1, { phase: 'running', status: null, seq: 2 })) },
      /^the ledger says of the run .*running/,
    ],
  ])('%s', (_, more, said) => {
    const found = problems(more);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(said);
  });
});

const runDirectory = async (): Promise<string> => {
  const parent = await mkdtemp(join(tmpdir(), 'indexdeck-end-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const dir = join(parent, RUN);
  await mkdir(dir);
  await writeFile(join(dir, 'journal.jsonl'), good.journal);
  await writeFile(join(dir, EXIT_FILE), '0\n');
  return dir;
};

const spoil: [string, (database: TestDatabase) => Promise<unknown>, RegExp][] = [
  ['a table', (database) => database.sql('CREATE TABLE stray (a int)'), /^new: pg_class public.stray /],
  ['a dropped column', (database) => database.sql('ALTER TABLE t DROP COLUMN b'), /t .* b /],
  ['an index of somebody else', (database) => database.sql('DROP INDEX kept'), /^gone: pg_class public.kept /],
  [
    'an invalid index',
    async (database) => {
      await database.sql('INSERT INTO t VALUES (1, 1), (2, 1)');
      await database.sql('CREATE UNIQUE INDEX CONCURRENTLY left_over ON t (b)').catch(() => undefined);
    },
    /^public.left_over is not valid$/,
  ],
  ['the planned index', (database) => database.sql('DROP INDEX idx'), /^public.idx is missing$/],
  [
    'a schema beside the ledger',
    (database) => database.sql('CREATE SCHEMA indexdeck2'),
    /^new: pg_namespace indexdeck2$/,
  ],
  [
    'a missing event',
    (database) => database.sql('DELETE FROM indexdeck.events WHERE seq = 1'),
    /^event 1 in the ledger/,
  ],
  ['a missing ledger', (database) => database.sql('DROP SCHEMA indexdeck CASCADE'), /^the ledger cannot be read/],
];

describe('what a real database and a real directory say', () => {
  const prepare = async () => {
    const database = await createDatabase(18);
    await database.sql('CREATE TABLE t (a int, b int)');
    await database.sql('CREATE INDEX kept ON t (b)');
    const before = await catalogOf(database);
    await database.sql('CREATE INDEX idx ON t (a)');
    const planned = (await indexesOf(database)).filter(({ name }) => name === 'public.idx');
    const { ledger, kept, feed } = ledgerOn(database);
    await feed(
      ...good.journal
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as RunEvent),
    );
    await ledger.finish(0);
    await kept.stop();
    return { database, expected: { planned, before }, dir: await runDirectory() };
  };

  it('all is well', async () => {
    const { database, expected, dir } = await prepare();
    expect(problemsOf(expected, await lookAfter(database, dir))).toEqual([]);
  });

  it.each(spoil)('%s is seen', async (_, act, said) => {
    const { database, expected, dir } = await prepare();
    await act(database);
    expect(problemsOf(expected, await lookAfter(database, dir)).some((problem) => said.test(problem))).toBe(true);
  });

  it('a session and its lock are seen, and that a process did not exit', async () => {
    const { database, expected, dir } = await prepare();
    const client = await database.connect({ application_name: 'indexdeck lock r' });
    await client.query('SELECT pg_advisory_lock(1)');
    await rm(join(dir, EXIT_FILE));
    const problems = problemsOf(expected, await lookAfter(database, dir));
    await client.end();
    expect(problems).toEqual([
      expect.stringMatching(/^a session is left: indexdeck lock r/),
      'an advisory lock is left, held by indexdeck lock r',
      'the process exited with null, the journal says 0',
    ]);
  });
});
