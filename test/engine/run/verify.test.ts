import { describe, expect, it } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { sessionsOf, startRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';
import { createRole } from '../catalog/support.ts';

const PLAN = `
-- SECTION 1: one
CREATE INDEX CONCURRENTLY idx_t_a ON t (a);
CREATE INDEX CONCURRENTLY idx_t_b ON t USING hash (b);
CREATE INDEX CONCURRENTLY idx_t_c ON t (c reversed);
`;

const TABLE = `
  CREATE TABLE t AS SELECT n AS a, n AS b, n AS c FROM generate_series(1, 2000) n;
  CREATE INDEX idx_old ON t (a, b);
  CREATE FUNCTION compares(int, int) RETURNS int IMMUTABLE STRICT LANGUAGE sql AS 'SELECT btint4cmp($1, $2)';
  CREATE OPERATOR CLASS reversed FOR TYPE int USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 compares(int, int)`;

describe.each(versions)('the verification of a run on PostgreSQL %i', (version) => {
  it('counts what was there before and is there now, and goes through each B-tree index', async () => {
    const database = await createDatabase(version);
    await database.sql(`${TABLE}; CREATE SCHEMA ext; CREATE EXTENSION amcheck SCHEMA ext`);
    const options = { amcheck: true, critical: ['idx_old', 'public.idx_t_a'], thresholds: { pass: 3, review: 2 } };
    const run = await startRun(database, PLAN, { options });
    await run.go();
    await run.end();
    expect(run.state().outcome).toMatchObject({ status: 0 });
    expect(run.state().verify).toMatchObject({
      ok: true,
      verdict: 'pass',
      counts: {
        before: { indexes: 1, idxIndexes: 1 },
        after: { indexes: 4, idxIndexes: 4 },
        difference: { indexes: 3, idxIndexes: 3 },
      },
      critical: [
        { name: 'idx_old', ok: true, problem: null },
        { name: 'public.idx_t_a', ok: true, problem: null },
      ],
    });
    const [{ size }] = await database.sql('SELECT pg_database_size(current_database())::float8 AS size');
    const { databaseBytes } = run.of('verify.finished')[0] ?? {};
    expect(databaseBytes).toBeGreaterThan(size / 2);
    expect(databaseBytes).toBeGreaterThan(run.of('baseline.taken')[0]?.databaseBytes ?? Number.NaN);
    const [a, b, c] = run.state().verify?.results ?? [];
    expect(a?.checkedMs).toBeGreaterThanOrEqual(0);
    expect(b).not.toHaveProperty('checkedMs');
    expect(c?.checkedMs).toBeGreaterThanOrEqual(0);
    expect(await sessionsOf(database)).toEqual([]);
  });

  it('fails for an index whose order is broken, with what bt_index_check says of it', async () => {
    const database = await createDatabase(version);
    await database.sql(`${TABLE}; CREATE EXTENSION amcheck`);
    const run = await startRun(database, 'CREATE INDEX CONCURRENTLY idx_t_c ON t (c reversed)', {
      options: { amcheck: true },
    });
    const holder = await database.connect();
    try {
      // Its snapshot keeps the build in its last wait: by then the index is sorted.
      await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
      await run.go();
      await run.until(({ steps }) => steps[0]?.phase?.name.includes('old snapshots'));
      await database.sql(
        "CREATE OR REPLACE FUNCTION compares(int, int) RETURNS int IMMUTABLE STRICT LANGUAGE sql AS 'SELECT btint4cmp($2, $1)'",
      );
    } finally {
      await holder.end();
    }
    await run.end();
    const { verify, outcome } = run.state();
    expect(verify?.results[0]?.problems.join()).toMatch(/^bt_index_check: item order invariant violated/);
    expect(verify).toMatchObject({ ok: false, verdict: 'fail', rule: expect.stringContaining('1 is not') });
    expect(outcome).toMatchObject({ status: 1 });
  });

  it('a critical index that is missing fails it', async () => {
    const database = await createDatabase(version);
    await database.sql(TABLE);
    const run = await startRun(database, PLAN, { options: { critical: ['idx_gone'] } });
    await run.go();
    await run.end();
    expect(run.state().verify).toMatchObject({
      ok: false,
      critical: [{ name: 'idx_gone', ok: false, problem: 'it is not there' }],
    });
    expect(run.state().outcome?.status).toBe(1);
  });

  it('--amcheck without the extension, or without the right to use it, is found out before anything begins', async () => {
    const database = await createDatabase(version);
    await database.sql(TABLE);
    const run = await startRun(database, PLAN, { options: { amcheck: true } });
    await run.end();
    expect(run.state().outcome).toMatchObject({ status: 3 });
    expect(run.state().preflight?.findings.map(({ code }) => code)).toContain('no-amcheck');

    await database.sql('CREATE EXTENSION amcheck');
    const role = await createRole(database, 'IN ROLE pg_monitor');
    const plain = await startRun(database, PLAN, { options: { amcheck: true }, connection: role });
    await plain.end();
    expect(plain.state().preflight?.findings.map(({ code }) => code)).toContain('no-amcheck-right');
  });
});
