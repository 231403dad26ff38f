import { expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html/page.ts';
import { makeReport, type Report, renderMarkdown, reportSchema } from '../../src/report/index.ts';
import type { StatementsRead, SurveyedIndex, UsageFacts } from '../../src/run/index.ts';
import { runningStory, type Story } from '../support/ui-events.ts';
import { NASTY } from './stories.ts';

const DAY_MS = 24 * 3600 * 1000;

const counted = (calls: number, totalMs: number, queryId = '1') => ({
  queryId,
  query: `SELECT * FROM dishes WHERE name = 'x' AND id = $${queryId}`,
  calls,
  meanMs: totalMs / calls,
  totalMs,
  rows: calls,
});

/** A run that has built one index, step 16, and read one statement before and after. */
const story = (): Story => {
  const read = (when: StatementsRead['when'], calls: number, totalMs: number) => ({
    type: 'statements.read' as const,
    when,
    statements: [counted(calls, totalMs)],
    statsReset: '2026-11-01T00:00:00.000Z',
    why: null,
  });
  return runningStory()
    .add(read('before', 10, 1_000))
    .built(16)
    .add(read('after', 20, 1_100));
};

const created = (events: Story): { at: string; index: SurveyedIndex } => {
  const built = events.events.findLast((event) => event.type === 'build.finished');
  if (built?.type !== 'build.finished') throw new Error('nothing was built');
  const { at, step, oid, name } = built;
  const standing = 'valid' as const;
  return { at, index: { step, oid, schema: '', name, standing, bytes: 8192, scans: 0, lastScan: null, kept: null } };
};

const later = (at: string, days: number): string => new Date(Date.parse(at) + days * DAY_MS).toISOString();

/** The usage of a report that was refreshed so many days after the index was built. */
const refreshed = (
  more: (at: string) => Partial<UsageFacts>,
  index: (at: string) => Partial<SurveyedIndex> = () => ({}),
): { report: Report; usage: NonNullable<Report['usage']>; at: string } => {
  const events = story();
  const { at, index: found } = created(events);
  const facts: UsageFacts = {
    readAt: later(at, 7.9),
    database: { host: 'prod-db1', port: 5432, database: 'menuca', user: 'anna' },
    version: '18.1',
    startedAt: '2026-01-01T00:00:00.000000Z',
    change: 'same',
    statsReset: null,
    indexes: [{ ...found, ...index(at) }],
    statements: { statements: [counted(120, 1_600)], statsReset: '2026-11-01T00:00:00.000Z', why: null },
    ...more(at),
  };
  const report = makeReport(events.events, { keepLiterals: false, usage: facts });
  if (report?.usage === undefined) throw new Error('no usage');
  expect(reportSchema.safeParse(report).error).toBeUndefined();
  return { report, usage: report.usage, at };
};

test('an index that nobody has used is named, with since when', () => {
  const { report, usage, at } = refreshed(() => ({}));
  expect(usage.indexes).toMatchObject([
    { unused: true, builtAt: at, countedSince: at, words: 'not used in 7 days since it was built' },
  ]);
  const text = renderMarkdown(report);
  expect(text).toMatch(
    /### Since the run\n\nRead at \S+ \S+ UTC from menuca at prod-db1:5432, PostgreSQL 18\.1, as anna\./,
  );
  expect(text).toContain(`Not used: \`${usage.indexes[0]?.name}\``);
});

test('where statistics were reset since, it is not used since then only; a reset of before says nothing', () => {
  const { usage, at } = refreshed((built) => ({ statsReset: later(built, 4.9) }));
  expect(usage.indexes).toMatchObject([
    {
      unused: true,
      countedSince: later(at, 4.9),
      words: 'not used in 3 days since the statistics were reset, and was built 7 days ago',
    },
  ]);
  expect(usage.notes.join(' ')).toMatch(/were reset at .*: scans of before that are not counted/);
  const before = refreshed((built) => ({ statsReset: later(built, -1) })).usage;
  expect(before.indexes).toMatchObject([{ countedSince: at, words: 'not used in 7 days since it was built' }]);
  expect(before.notes.join(' ')).not.toMatch(/reset/);
});

test.each<[string, Partial<SurveyedIndex>, object]>([
  ['used', { scans: 3 }, { unused: false, words: '3 scans in 7 days since it was built' }],
  ['not known', { scans: null }, { unused: null, countedSince: null, words: 'use unknown' }],
  ['invalid', { standing: 'invalid' }, { unused: null, words: expect.stringMatching(/^INVALID/) }],
  ['gone', { standing: 'gone', scans: null }, { unused: null, bytes: null, words: 'it is gone, and not by this run' }],
  [
    'replaced',
    { standing: 'gone', scans: null, kept: 'another relation of this name stands there now (oid 7)' },
    { words: 'it is gone, and not by this run; another relation of this name stands there now (oid 7)' },
  ],
])('an index that is %s', (_, index, expected) => {
  expect(
    refreshed(
      () => ({}),
      () => index,
    ).usage.indexes,
  ).toMatchObject([expected]);
});

test('statements: the mean of the calls since their last reading at the run', () => {
  const [statement] = refreshed(() => ({})).usage.statements;
  expect(statement).toMatchObject({ meanBeforeMs: 100, meanSinceMs: 5, callsSince: 100 });
  expect(statement?.query).not.toContain("'x'");
});

test('counters that were reset since count from then; where that is not known, nothing is said', () => {
  const at = (statsReset: string | null) =>
    refreshed(() => ({ statements: { statements: [counted(4, 8)], statsReset, why: null } })).usage.statements;
  expect(at('2026-12-24T00:00:00.000Z')).toMatchObject([
    { meanSinceMs: 2, callsSince: 4, since: '2026-12-24T00:00:00.000Z' },
  ]);
  expect(at(null)).toMatchObject([{ meanSinceMs: null, callsSince: null }]);
  // Fewer calls than there were, and no reset: the entry was thrown out meanwhile.
  expect(at('2026-11-01T00:00:00.000Z')).toMatchObject([{ meanSinceMs: null, callsSince: 0 }]);
});

test('a statement that is not counted any more is unknown; why nothing could be read is said', () => {
  const none = { statements: [], statsReset: '2026-11-01T00:00:00.000Z' };
  expect(refreshed(() => ({ statements: { ...none, why: null } })).usage.statements).toMatchObject([
    { meanBeforeMs: 100, meanSinceMs: null, callsSince: null },
  ]);
  const { usage } = refreshed(() => ({ statements: { ...none, why: 'permission denied' } }));
  expect(usage.statements).toEqual([]);
  expect(usage.notes).toContain('Statements: permission denied');
});

test.each([
  ['another-server', /ANOTHER SERVER/],
  ['in-recovery', /standby/],
  ['restarted', /started again/],
  [null, /unknown/],
] as const)('what server it is: %s', (change, words) => {
  expect(refreshed(() => ({ change })).usage.notes[0]).toMatch(words);
});

test('without a later look, nothing of it is there; with one, what others wrote is no markup', async () => {
  const events = story().events;
  const plain = makeReport(events, { keepLiterals: false });
  if (plain === null) throw new Error('no report');
  expect(plain).not.toHaveProperty('usage');
  expect(renderMarkdown(plain)).not.toContain('Since the run');
  expect(await renderHtml(plain)).not.toContain('Since the run');
  const { report } = refreshed(
    () => ({ version: NASTY }),
    () => ({ kept: NASTY }),
  );
  const { usage: _usage, ...rest } = report;
  expect(rest).toEqual(plain);
  const page = await renderHtml(report);
  expect(page).toContain('Since the run');
  expect(page).not.toContain('<script');
  const lines = renderMarkdown(report).split('\n');
  for (const line of lines) if (line.startsWith('|')) expect(line).toMatch(/\|$/);
  expect(lines.join('\n').split('```text')[0]).not.toMatch(/(?<!\\)<script>/);
});
