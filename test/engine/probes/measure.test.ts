import { describe, expect, onTestFinished, test } from 'vitest';
import { measureProbe } from '../../../src/engine/probes/measure.ts';
import { probingSettings } from '../../../src/engine/probes/probe.ts';
import { Session } from '../../../src/engine/session.ts';
import type { Probe } from '../../../src/run/index.ts';
import { probe } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { connectionTo } from '../catalog/support.ts';

const measure = async (database: TestDatabase, sql: string, more: Partial<Probe> = {}) => {
  const connection = connectionTo(database);
  const session = await Session.open({ connection, run: 'test-run', name: 'probe', settings: probingSettings });
  onTestFinished(() => session.close());
  return measureProbe(session, probe('p', { sql, ...more }));
};

const filled = async (database: TestDatabase): Promise<void> => {
  await database.sql('CREATE TABLE t AS SELECT n AS id, n % 100 AS kind FROM generate_series(1, 20000) n');
};

const sent = async (database: TestDatabase): Promise<string[]> =>
  (await database.statementLog())
    .filter(({ application }) => application.startsWith('indexdeck probe'))
    .map(({ text }) => text);

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('runs, the first one aside; their spread, rows, buffers and plan', async () => {
    const database = await createDatabase(version);
    await filled(database);
    const got = await measure(database, 'SELECT id FROM t WHERE kind = $1 -- of a kind', { parameters: [7] });
    expect(got).toMatchObject({ error: null, timedOut: false, rows: 200 });
    expect(got.runs).toHaveLength(5);
    expect(got.time?.median).toBeGreaterThan(0);
    expect(got.planningMs).toBeGreaterThan(0);
    expect(got.buffers?.hit).toBeGreaterThan(50);
    expect(got.summary).toEqual({
      top: 'Seq Scan',
      indexes: [],
      sequential: [{ schema: 'public', table: 't', rows: 20_000, loops: 1, blocks: got.buffers?.hit }],
    });
    expect(JSON.stringify(got.plan)).toContain('Execution Time');
    expect((await sent(database)).filter((text) => text.startsWith('EXPLAIN (ANALYZE'))).toHaveLength(6);
  });

  test('an index that is used, and one in a bitmap', async () => {
    const database = await createDatabase(version);
    await filled(database);
    await database.sql('CREATE INDEX t_id ON t (id); CREATE INDEX t_kind ON t (kind); ANALYZE t');
    expect((await measure(database, 'SELECT * FROM t WHERE id = 5')).summary?.indexes).toEqual([
      { name: 't_id', scan: 'Index Scan', table: 't' },
    ]);
    expect((await measure(database, 'SELECT * FROM t WHERE kind = 5')).summary?.indexes).toEqual([
      { name: 't_kind', scan: 'Bitmap Index Scan', table: null },
    ]);
  });

  test('one that is only planned is never run', async () => {
    const database = await createDatabase(version);
    await filled(database);
    const got = await measure(database, 'SELECT * FROM t WHERE id = 5', { execute: false });
    expect(got).toMatchObject({ error: null, runs: [], time: null, rows: null, buffers: null });
    expect(got.summary?.sequential).toEqual([{ schema: 'public', table: 't', rows: null, loops: null, blocks: null }]);
    expect((await sent(database)).filter((text) => /ANALYZE/.test(text))).toEqual([]);
  });

  test('its time limit ends it, and that is what is known of it', async () => {
    const database = await createDatabase(version);
    const endless = 'SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100) b';
    const got = await measure(database, endless, { timeoutMs: 200 });
    expect(got).toMatchObject({ timedOut: true, time: null, error: { sqlstate: '57014' } });
    const left = await database.sql(
      "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%probe%' AND state = 'active'",
    );
    expect(left).toEqual([]);
  });

  test.each([
    ['a function that writes', "SELECT writes('t')", /calls writes\(\), declared VOLATILE/],
    ['one of two of a name', "SELECT twofold('t'::text)", /calls twofold\(\), declared VOLATILE/],
    ['a view that calls it', 'SELECT * FROM w', /reads a view that calls public\.writes\(\)/],
    ['a view of such a view', 'SELECT * FROM ww', /reads a view that calls public\.writes\(\)/],
    ['a view whose operator calls it', 'SELECT * FROM o', /reads a view that calls public\.writes2\(\)/],
    ['a lock on rows', 'SELECT * FROM t FOR UPDATE', /it locks rows/],
    ['INTO', 'SELECT * INTO copied FROM t', /SELECT INTO creates a table/],
    ['a WITH that writes', 'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x', /it deletes rows/],
    ['another kind of statement', 'INSERT INTO t VALUES (1)', /it changes data/],
    ['two statements', 'SELECT 1; DELETE FROM t', /not exactly one statement/],
    ['a sequence that moves', "SELECT nextval('s')", /moves a sequence/],
    ['a session that ends', 'SELECT pg_terminate_backend(1)', /ends or interrupts/],
    ['a parameter without a value', 'SELECT * FROM t WHERE id = $1', /it has parameters/],
  ])('%s: nothing of it is sent', async (_, sql, why) => {
    const database = await createDatabase(version);
    await database.sql(`
      CREATE TABLE t (id int);
      CREATE SEQUENCE s;
      CREATE FUNCTION writes(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM dblink_nothing(); RETURN 1; END $$;
      CREATE FUNCTION writes2(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE OPERATOR ### (FUNCTION = writes2, LEFTARG = int, RIGHTARG = int);
      CREATE FUNCTION twofold(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION twofold(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE VIEW w AS SELECT writes('t') FROM t;
      CREATE VIEW ww AS SELECT * FROM w;
      CREATE VIEW o AS SELECT 1 AS one FROM t WHERE id ### 1;
    `);
    const got = await measure(database, sql);
    expect(got.error?.message).toMatch(why);
    expect(got).toMatchObject({ runs: [], plan: null, timedOut: false });
    expect((await sent(database)).filter((text) => text.startsWith('EXPLAIN'))).toEqual([]);
  });

  test('what its text cannot tell is stopped by the transaction, which is READ ONLY', async () => {
    const database = await createDatabase(version);
    await database.sql(`
      CREATE TABLE t (id int);
      CREATE FUNCTION lies() RETURNS int STABLE LANGUAGE plpgsql AS
        $$ BEGIN EXECUTE 'INSERT INTO t VALUES (1)'; RETURN 1; END $$;
    `);
    expect((await measure(database, 'SELECT lies()')).error).not.toBeNull();
    const settings = await measure(database, "SELECT 1 WHERE current_setting('transaction_read_only') = 'on'");
    expect(settings.rows).toBe(1);
    expect(await database.sql('SELECT * FROM t')).toEqual([]);
  });

  test('settings and search path of the plan are in force, ours are stronger, and the rest is as the role has it', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS a');
    const asks = `SELECT 1 FROM t WHERE current_setting('work_mem') = '9MB'
      AND current_setting('default_transaction_read_only') = 'on' AND current_setting('statement_timeout') = '30s'
      AND current_setting('jit') = (SELECT reset_val FROM pg_settings WHERE name = 'jit')`;
    const got = await measure(database, asks, {
      searchPath: ['s'],
      settings: [
        { name: 'work_mem', value: '9MB' },
        { name: 'default_transaction_read_only', value: 'off' },
        { name: 'statement_timeout', value: '0' },
      ],
    });
    expect(got).toMatchObject({ error: null, rows: 1 });
  });

  test('what the server does not know is its error', async () => {
    const database = await createDatabase(version);
    expect((await measure(database, 'SELECT * FROM nowhere')).error).toMatchObject({ sqlstate: '42P01' });
  });
});
