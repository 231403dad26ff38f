import { describe, expect, it } from 'vitest';
import type { Probe, RunEvent } from '../../../src/run/index.ts';
import { probe } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { invalidIndexes, rollbackRun, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { startServer, versions } from '../../support/server.ts';

const PLAN = 'CREATE INDEX CONCURRENTLY idx_t_kind ON t (kind);';

const filled = (database: TestDatabase): Promise<unknown> =>
  database.sql(`
    CREATE TABLE t (id int, kind int, filler text) WITH (autovacuum_enabled = off);
    INSERT INTO t SELECT n, n, repeat('x', 100) FROM generate_series(1, 50000) n;
    ANALYZE t`);

const deploy = async (database: TestDatabase, probes: Probe[], more: TestRun['config']['options'] | object = {}) => {
  const run = await startRun(database, PLAN, { options: { probes, onError: 'abort', ...more } });
  await run.go();
  await run.end();
  return run;
};

const of = probe('of a kind', { sql: 'SELECT * FROM t WHERE kind = $1', parameters: [7] });

describe.each(versions)('probes of a run on PostgreSQL %i', (version) => {
  it('are measured before the first build and after the last, and say which new index made them fast', async () => {
    const database = await createDatabase(version);
    await filled(database);
    const target = { kind: 'faster', percent: 90 } as const;
    const run = await deploy(database, [{ ...of, target, expectedIndex: 'idx_t_kind' }]);
    const [state] = run.state().probes;
    expect(run.state().outcome).toMatchObject({ status: 0 });
    expect(state?.before?.summary?.sequential).toMatchObject([{ schema: 'public', table: 't', rows: 50_000 }]);
    expect(state?.after?.summary?.indexes).toMatchObject([{ name: 'idx_t_kind', table: 't' }]);
    expect(state?.after?.verdict).toMatchObject({
      ok: true,
      problems: [],
      comparison: { noise: 'beyond', newIndexes: ['idx_t_kind'], sequentialLeft: [], atLeast: false },
    });
    expect(state?.after?.verdict?.comparison.factor).toBeGreaterThan(10);
    const types = run.events().map(({ type }) => type);
    const before = types.indexOf('probe.measured');
    expect(before).toBeGreaterThan(types.indexOf('baseline.taken'));
    expect(before).toBeLessThan(types.indexOf('build.started'));
    expect(types.lastIndexOf('probe.measured')).toBeGreaterThan(types.indexOf('verify.finished'));
    // By the server's own log: no query of a probe while an index is built.
    const log = await database.statementLog();
    const at = (what: RegExp) => log.flatMap(({ text }, n) => (what.test(text) ? [n] : []));
    const [build = -1] = at(/^CREATE INDEX/);
    const measured = at(/^EXPLAIN/);
    expect(measured.filter((n) => n < build)).toHaveLength(6);
    expect(measured.filter((n) => n > build)).toHaveLength(6);
    expect(await sessionsOf(database)).toEqual([]);
  });

  it('whose index is not used fail the run, with the reason, once the table was analyzed', async () => {
    const database = await createDatabase(version);
    await filled(database);
    const unused = {
      ...of,
      name: 'by a function',
      sql: 'SELECT * FROM t WHERE kind + 0 = $1',
      expectedIndex: 'idx_t_kind',
    };
    const run = await deploy(database, [unused, of]);
    expect(run.state().outcome).toMatchObject({ status: 1, reason: expect.stringContaining('1 of 2 probes failed') });
    const [bad, good] = run.state().probes;
    expect(bad?.after?.verdict?.problems).toEqual([
      'its plan does not use idx_t_kind, as was expected, but no index at all',
      expect.stringMatching(/^t is still read whole \(.* 50000 rows\), also after an ANALYZE$/),
    ]);
    expect(good?.after?.verdict?.ok).toBe(true);
    const acts = run
      .events()
      .filter(({ type }) => type.startsWith('analyze.') || type === 'probe.measured')
      .map(({ type }: RunEvent) => type);
    expect(acts).toEqual([
      ...['probe.measured', 'probe.measured'],
      ...['probe.measured', 'analyze.started', 'analyze.finished', 'probe.measured', 'probe.measured'],
    ]);
    expect((await database.statementLog()).map(({ text }) => text)).toContain('ANALYZE public.t');
    // Nothing of it is undone: the index is there and valid.
    expect(run.state().verify?.ok).toBe(true);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  it('are measured once more after a rollback, where that is wanted: as slow as before', async () => {
    const database = await createDatabase(version);
    await filled(database);
    const back = await rollbackRun(await deploy(database, [of]));
    await back.until(({ phase }) => phase === 'surveyed');
    expect(
      await back.command({ type: 'roll-back', oids: [], all: true, confirm: database.name, probe: true }),
    ).toMatchObject({ ok: true });
    expect((await back.end()).outcome).toMatchObject({ status: 0 });
    const [state] = back.state().probes;
    expect(state?.rolledBack).toMatchObject({ when: 'rolled-back', verdict: null, error: null });
    expect(state?.rolledBack?.summary?.sequential).toMatchObject([{ schema: 'public', table: 't', rows: 50_000 }]);
    const types = back.events().map(({ type }) => type);
    expect(types.lastIndexOf('probe.measured')).toBeGreaterThan(types.indexOf('rollback.finished'));
  });

  it('that call a VOLATILE function are a finding before the go, and a failure after', async () => {
    const database = await createDatabase(version);
    await filled(database);
    await database.sql("CREATE FUNCTION writes(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'");
    const run = await deploy(database, [{ ...of, sql: 'SELECT writes(kind) FROM t WHERE kind = $1' }, of]);
    const finding = run.state().preflight?.findings.find(({ code }) => code === 'probe-refused');
    expect(finding?.what).toBe('1 probe will not be measured: of a kind calls writes, declared VOLATILE.');
    expect(run.state().probes[0]?.after?.verdict?.problems[0]).toMatch(/It calls writes\(\), declared VOLATILE/);
    expect(run.state().outcome?.status).toBe(1);
    expect((await database.statementLog()).filter(({ text }) => /^EXPLAIN.*writes/.test(text))).toEqual([]);
  });

  it('that old statistics mislead are right after the ANALYZE', async () => {
    const database = await createDatabase(version);
    await filled(database);
    await database.sql('UPDATE t SET kind = 7; ANALYZE t; UPDATE t SET kind = id');
    const run = await deploy(database, [of]);
    expect(run.state().outcome).toMatchObject({ status: 0 });
    const measured = run.of('probe.measured');
    expect(measured.map(({ when, attempt, verdict }) => [when, attempt, verdict?.ok ?? null])).toEqual([
      ['before', 1, null],
      ['after', 1, null],
      ['after', 2, true],
    ]);
    expect(measured[1]?.summary?.sequential).toHaveLength(1);
    expect(run.state().analyzed).toMatchObject([{ schema: 'public', table: 't', error: null }]);
  });

  it('that cannot get the lock for their ANALYZE say so', async () => {
    const database = await createDatabase(version);
    await filled(database);
    const run = await startRun(database, PLAN, {
      options: { probes: [{ ...of, sql: 'SELECT * FROM t WHERE kind + 0 = $1' }], onError: 'abort' },
    });
    const holder = await database.connect();
    try {
      // Its snapshot keeps the build from ending before the pause; in a pause nothing of the end begins.
      await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
      await run.go();
      await run.until(({ steps }) => steps[0]?.status === 'building');
      await run.command({ type: 'pause' });
      await holder.query('COMMIT');
      await run.until(({ steps }) => steps[0]?.status === 'done');
      await holder.query('BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE');
      await run.command({ type: 'continue' });
      await run.end();
    } finally {
      await holder.end();
    }
    const problem = run.state().probes[0]?.after?.verdict?.problems[0];
    expect(problem).toMatch(/could not be analyzed: canceling statement due to lock timeout/);
    expect(run.state().outcome?.status).toBe(1);
  });

  it('that are ended by their time limit before are compared with it', async () => {
    const database = await createDatabase(version);
    await filled(database);
    // It reads a million rows without the index.
    const sql = 'SELECT count(*) FROM t a WHERE (SELECT count(*) FROM t b WHERE b.kind = a.id) > 0';
    const target = { kind: 'faster', percent: 50 } as const;
    const run = await deploy(database, [
      { ...of, sql, parameters: [], timeoutMs: 1_500, target, sequentialAllowed: true },
    ]);
    const [state] = run.state().probes;
    expect(state?.before).toMatchObject({ timedOut: true, time: null });
    expect(state?.after?.verdict).toMatchObject({ ok: true, comparison: { atLeast: true, beforeMs: 1_500 } });
    expect(run.state().outcome?.status).toBe(0);
  });
});

describe('the statements that the server counts', () => {
  it('are read before and after where pg_stat_statements is there, and that there is none is said', async () => {
    const server = await startServer({ version: 18, flags: { shared_preload_libraries: 'pg_stat_statements' } });
    const plain = await createDatabase(18, { server });
    await filled(plain);
    const without = await deploy(plain, []);
    expect(without.of('statements.read').map(({ when, why }) => [when, why])).toEqual([
      ['before', 'The extension pg_stat_statements is not installed in this database.'],
      ['after', 'The extension pg_stat_statements is not installed in this database.'],
    ]);

    const database = await createDatabase(18, { server });
    await filled(database);
    await database.sql('CREATE SCHEMA ext; CREATE EXTENSION pg_stat_statements SCHEMA ext; CREATE TABLE other (a int)');
    await database.sql("SELECT count(*) FROM t WHERE kind = 7 AND filler <> 'a secret'");
    await database.sql('SELECT count(*) FROM other');
    const run = await deploy(database, []);
    const { before, after } = run.state().statements;
    expect(before).toMatchObject({ when: 'before', why: null, statsReset: expect.stringMatching(/^\d{4}-/) });
    const found = before?.statements.find(({ query }) => query.includes('count(*)'));
    expect(found).toMatchObject({ calls: 1, query: 'SELECT count(*) FROM t WHERE kind = $1 AND filler <> $2' });
    expect(found?.meanMs).toBeGreaterThan(0);
    expect(JSON.stringify(run.events())).not.toContain('a secret');
    expect(before?.statements.some(({ query }) => query.includes('other'))).toBe(false);
    expect(after?.statements.map(({ queryId }) => queryId)).toContain(found?.queryId);
  });
});
