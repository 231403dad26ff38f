import { describe, expect, it } from 'vitest';
import { readUsage } from '../../src/engine/usage.ts';
import { makeReport } from '../../src/report/index.ts';
import { createDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { sessionsOf, startRun } from '../support/run.ts';
import { startServer, versions } from '../support/server.ts';

const PLAN = ['used', 'unused', 'renamed', 'gone', 'replaced']
  .map((name) => `CREATE INDEX CONCURRENTLY idx_${name} ON t (a);`)
  .join('\n');

const TABLE = 'CREATE TABLE t AS SELECT n AS a, n AS b FROM generate_series(1, 5000) n; ANALYZE t';

describe.each(versions)('a later look at a run on PostgreSQL %i', (version) => {
  it('says what became of each index, and of the statements, and changes nothing', async () => {
    const server = await startServer({ version, flags: { shared_preload_libraries: 'pg_stat_statements' } });
    const database = await createDatabase(version, { server });
    await database.sql(`${TABLE}; CREATE SCHEMA ext; CREATE EXTENSION pg_stat_statements SCHEMA ext`);
    const query = 'SELECT count(*) FROM t WHERE b = $1';
    for (let n = 0; n < 3; n++) await database.sql(query, [n]);
    const run = await startRun(database, PLAN);
    await run.go();
    const state = await run.end();
    expect(state.outcome).toMatchObject({ status: 0 });
    const { connection } = run.config;

    await database.sql('DROP INDEX idx_gone, idx_replaced; CREATE INDEX idx_replaced ON t (b)');
    await database.sql('ALTER INDEX idx_renamed RENAME TO idx_other');
    // Scans of the planner's choice would not tell which of several equal indexes was meant.
    await database.sql(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('idx_unused'::regclass, 'idx_other'::regclass)`,
    );
    await database.sql('SET enable_seqscan = off; SET enable_bitmapscan = off; SELECT a FROM t WHERE a = 7');
    await database.sql(`UPDATE pg_index SET indisvalid = true WHERE indrelid = 't'::regclass`);
    for (let n = 0; n < 4; n++) await database.sql(query, [n]);
    await poll(async () => {
      const [row] = await database.sql("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'idx_used'");
      return Number(row.idx_scan) > 0;
    });

    const usage = await readUsage(connection, state);
    const of = (name: string) => usage.indexes.find((index) => index.name === name);
    expect(usage).toMatchObject({ change: 'same', version: expect.stringMatching(new RegExp(`^${version}\\b`)) });
    expect(of('idx_used')).toMatchObject({
      standing: 'valid',
      scans: 1,
      lastScan: version >= 16 ? expect.stringMatching(/^\d{4}-.*Z$/) : null,
      kept: null,
    });
    expect(of('idx_used')?.bytes).toBeGreaterThan(8192);
    expect(of('idx_unused')).toMatchObject({ standing: 'valid', scans: 0, lastScan: null });
    expect(of('idx_renamed')).toMatchObject({ standing: 'valid', kept: expect.stringContaining('public.idx_other') });
    expect(of('idx_gone')).toMatchObject({ standing: 'gone', kept: null });
    expect(of('idx_replaced')).toMatchObject({ standing: 'gone', kept: expect.stringMatching(/oid \d+/) });

    const report = () => makeReport(run.events(), { keepLiterals: false, usage });
    const counted = report()?.usage?.statements.find((statement) => statement.query === query);
    expect(counted).toMatchObject({ callsSince: 4, meanSinceMs: expect.any(Number), meanBeforeMs: expect.any(Number) });
    expect(
      report()
        ?.usage?.indexes.filter(({ unused }) => unused)
        .map(({ name }) => name),
    ).toEqual(['idx_unused', 'idx_renamed']);

    await database.sql('SELECT ext.pg_stat_statements_reset(); SELECT pg_stat_reset()');
    await database.sql(query, [1]);
    const again = await readUsage(connection, state);
    expect(Date.parse(again.statsReset ?? '')).toBeGreaterThan(Date.parse(state.at));
    expect(again.indexes.find(({ name }) => name === 'idx_used')).toMatchObject({ scans: 0 });
    const anew = makeReport(run.events(), { keepLiterals: false, usage: again })?.usage;
    expect(anew?.indexes[0]?.words).toMatch(/^not used in .* since the statistics were reset/);
    expect(anew?.statements.find((statement) => statement.query === query)).toMatchObject({
      callsSince: 1,
      since: again.statements.statsReset,
    });

    const sent = (await database.statementLog()).filter(
      ({ application }) => application === `indexdeck report ${state.run}`,
    );
    expect(sent.length).toBeGreaterThan(0);
    for (const { text } of sent) expect(text).not.toMatch(/^\s*(create|drop|alter|update|insert|delete|begin)/i);
    expect(await sessionsOf(database)).toEqual([]);
  });
});
