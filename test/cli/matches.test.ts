import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Report, reportSchema } from '../../src/report/index.ts';
import type { Range, StepEstimate } from '../../src/run/index.ts';
import { versions } from '../support/server.ts';
import { place } from './place.ts';
import { folder, indexdeck } from './program.ts';

const SQL = `
CREATE INDEX CONCURRENTLY idx_lines_text ON lines (md5(note), id);
CREATE INDEX CONCURRENTLY idx_events_note ON events (md5(note), id);
`;

/** Two tables of so many rows, one of them partitioned. */
const tables = (rows: number): string => `
  CREATE TABLE lines AS SELECT n AS id, 'note ' || n AS note FROM generate_series(1, ${rows}) AS n;
  CREATE TABLE events (id int, note text) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (${rows / 2});
  CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (${rows / 2}) TO (${rows + 1});
  INSERT INTO events SELECT id, note FROM lines;
  ANALYZE;`;

const [SMALL, LARGE] = [10_000, 200_000];

const reportOf = async (journal: string, format: string): Promise<string> => {
  const path = join(folder(), `report.${format}`);
  const args = ['report', '--format', format, '--output', path, '--journal', journal];
  expect(await indexdeck(args)).toMatchObject({ status: 0, stderr: '' });
  return path;
};

const readReport = async (journal: string): Promise<Report> =>
  reportSchema.parse(JSON.parse(readFileSync(await reportOf(journal, 'json'), 'utf8')));

test.each(versions)(
  'staging’s times, by the size of the tables here, stand beside the estimates: on PostgreSQL %i',
  async (version) => {
    const staging = await place(version, SQL);
    await staging.database.sql(tables(SMALL));
    expect((await indexdeck(staging.args, { env: staging.env })).status).toBe(0);
    const staged = await readReport(staging.journal);
    const [lines, events] = staged.indexes;
    expect(lines).toMatchObject({ outcome: 'built', workedMs: expect.any(Number), tableBytes: expect.any(Number) });
    // Of an index on a partitioned table, what its partitions took and are, together.
    const parts = staged.partitions?.filter(({ what }) => what === 'index') ?? [];
    expect(events?.workedMs).toBe(parts.reduce((sum, { workedMs }) => sum + (workedMs ?? 0), 0));
    expect(events?.tableBytes).toBeGreaterThan(0);

    const production = await place(version, SQL);
    await production.database.sql(tables(LARGE));
    const matches = ['--matches', await reportOf(staging.journal, 'json')];
    const asked = await indexdeck(['check', production.plan, '--ui', 'json', '--quick-look', ...matches], {
      env: production.env,
    });
    expect(asked.status).toBe(0);
    const { estimates } = JSON.parse(asked.stdout) as { estimates: StepEstimate[] };
    const sizes = await production.database.sql<{ bytes: number }>(
      `SELECT relpages * 8192::float8 AS bytes FROM pg_class WHERE relname = 'lines'
     UNION ALL SELECT sum(relpages) * 8192::float8 FROM pg_class WHERE relname IN ('events_1', 'events_2')`,
    );
    for (const [nth, { elsewhere }] of estimates.entries()) {
      const [there, here] = [staged.indexes[nth], sizes[nth]];
      if (there?.workedMs == null || there.tableBytes == null || here === undefined) throw new Error('not built');
      const fixed = Math.min(there.workedMs, 20);
      const scaled = fixed + (there.workedMs - fixed) * (here.bytes / there.tableBytes);
      expect(elsewhere?.mid).toBeCloseTo(scaled);
      expect(elsewhere?.high).toBeGreaterThan(scaled);
    }
    expect(estimates).toHaveLength(2);
    const text = await indexdeck(['check', production.plan, '--quick-look', ...matches], { env: production.env });
    expect(text.stdout).toMatch(/idx_lines_text .* by the run of --matches/);
    expect(text.stdout).toMatch(/idx_events_note .* on 2 partitions; .* by the run of --matches/);
    expect(text.stdout).toMatch(/By the run of --matches and the size of the tables: /);

    // Tried on samples now, and compared with what came.
    const args = production.args.filter((arg) => arg !== '--quick-look');
    expect((await indexdeck([...args, ...matches], { env: production.env })).status).toBe(0);
    const report = await readReport(production.journal);
    const of = (range: Range | null): number => range?.mid ?? Number.NaN;
    for (const row of report.estimates?.indexes ?? []) {
      expect(row).toMatchObject({
        bytes: expect.any(Number),
        workedMs: expect.any(Number),
        elsewhereMs: expect.anything(),
      });
      expect(
        Math.max(of(row.estimatedBytes) / (row.bytes ?? 0), (row.bytes ?? 0) / of(row.estimatedBytes)),
      ).toBeLessThan(2);
    }
    expect(report.estimates?.sizes.compared).toBe(2);
    const leaves = report.partitions?.filter(({ what }) => what === 'index') ?? [];
    expect(leaves).toMatchObject([{ estimatedBytes: expect.anything() }, { estimatedBytes: expect.anything() }]);
    const page = readFileSync(await reportOf(production.journal, 'html'), 'utf8');
    expect(page).toMatch(/<h2>Estimates<\/h2>[\s\S]*by the other run[\s\S]*idx_events_note/);
    const written = readFileSync(await reportOf(production.journal, 'md'), 'utf8');
    expect(written).toMatch(/\| Index \| Part \| Name \| Table \| Outcome \| Size \| Expected \| Time \| Expected \|/);
  },
);
