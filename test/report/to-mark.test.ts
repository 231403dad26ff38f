import { expect, test } from 'vitest';
import { loadParser, readPlan } from '../../src/plan/index.ts';
import { renderHtml } from '../../src/report/html/page.ts';
import { makeReport, type Report, renderMarkdown, reportSchema } from '../../src/report/index.ts';
import type { ExitStatus, RunEvent } from '../../src/run/index.ts';
import { Core } from '../support/core.ts';

await loadParser();

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);\n';
const GOOSE = `-- +goose NO TRANSACTION\n-- +goose Up\n${INDEX}-- +goose Down\nDROP INDEX CONCURRENTLY i;\n`;

/** The report of a run of these files that ended like this. */
const reportOf = (files: Record<string, string>, status: ExitStatus, onlyIndexes = false): Report => {
  const sources = Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  const plan = readPlan(sources, () => ({ error: 'none' }), { makeConcurrent: false, onlyIndexes });
  expect(plan.problems).toEqual([]);
  const core = new Core(plan);
  core.go();
  for (let guard = 0; core.state.phase === 'running' && guard < 100; guard++)
    for (const key of core.underWay) {
      const step = Number(key.split(':')[1]);
      if (key.startsWith('inspect:')) core.found(step);
      else core.built(step);
    }
  const { seq, run, at } = core.state;
  const end: RunEvent = { seq: seq + 1, run, at, type: 'run.finished', status, reason: 'ended', leftToDo: [] };
  const report = makeReport([...core.events, end], { keepLiterals: false });
  if (report === null) throw new Error('no report');
  expect(reportSchema.safeParse(report).error).toBeUndefined();
  return report;
};

test('a migration that is deployed is to be marked as applied: in JSON, Markdown, HTML and the hand-off', async () => {
  const report = reportOf(
    { 'db/00007_orders.sql': GOOSE, 'supabase/migrations/20240101000000_a.sql': INDEX.replace('i ON t', 'j ON u') },
    0,
  );
  expect(report.toMark).toMatchObject([
    { tool: 'goose', file: 'db/00007_orders.sql', version: '00007', command: null, notRun: [] },
    { tool: 'Supabase', command: 'supabase migration repair --status applied 20240101000000', notRun: [] },
  ]);
  const [goose, supabase] = report.handOff.filter((line) => line.startsWith('Mark as applied: '));
  expect(goose).toContain(
    'db/00007_orders.sql (goose 00007): goose has no command for it: INSERT INTO goose_db_version',
  );
  expect(supabase).toContain(': supabase migration repair --status applied 20240101000000');
  expect(renderMarkdown(report)).toContain('- Mark as applied: ');
  expect(await renderHtml(report)).toContain('supabase migration repair --status applied 20240101000000');
});

test.each([1, 4, 5] as const)('nothing is to be marked after status %d', (status) => {
  const report = reportOf({ '00007_orders.sql': GOOSE }, status);
  expect(report.toMark).toBeUndefined();
  expect(report.handOff.join('\n')).not.toContain('applied');
});

test('a file that is no migration, and a way back, are not spoken of', () => {
  expect(reportOf({ 'plan.sql': INDEX }, 0).toMark).toBeUndefined();
  expect(reportOf({ 'db/structure.sql': INDEX }, 0).toMark).toBeUndefined();
  const both = { '000001_users.up.sql': INDEX, '000001_users.down.sql': 'DROP INDEX i;' };
  expect(reportOf(both, 0).toMark?.map(({ file }) => file)).toEqual(['000001_users.up.sql']);
});

test('what --only-indexes left out of it has to be run before it is marked', () => {
  const sql = `-- migrate:up transaction:false\nCREATE TABLE u (a int);\n${INDEX}`;
  const report = reportOf({ '20240101_a.sql': sql }, 0, true);
  expect(report.toMark).toMatchObject([{ tool: 'dbmate', notRun: [{ line: 2, what: 'CREATE TABLE u (a int)' }] }]);
  expect(report.handOff.join('\n')).toMatch(/Not to be marked as applied yet: 20240101_a\.sql .*line 2 CREATE TABLE u/);
});
