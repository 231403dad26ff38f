import { describe, expect, onTestFinished, test } from 'vitest';
import { runValidation } from '../../../src/engine/catalog/index.ts';
import { Session, watchingSettings } from '../../../src/engine/session.ts';
import type { ValidationStep } from '../../../src/plan/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { connectionTo, planOf } from './support.ts';

const validating = async (database: TestDatabase): Promise<Session> => {
  const connection = connectionTo(database);
  const session = await Session.open({ connection, run: 'test-run', name: 'validate', settings: watchingSettings });
  onTestFinished(() => session.close());
  return session;
};

const validate = async (database: TestDatabase, sql: string) => {
  const { validations, problems } = await planOf(sql);
  const [step] = validations;
  if (step === undefined) throw new Error(`no validation: ${JSON.stringify(problems)}`);
  return runValidation(await validating(database), step);
};

/** A statement that the plan's reader would not even let through. */
const unread = (sql: string): ValidationStep => ({
  kind: 'select',
  sql,
  file: 'plan.sql',
  line: 1,
  column: 1,
  settings: [],
  searchPath: null,
});

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a SELECT: columns, rows as text, in their order', async () => {
    const database = await createDatabase(version);
    await database.sql(
      'CREATE TABLE t AS SELECT n AS id, NULL::text AS nothing, n % 2 = 0 AS even FROM generate_series(1, 4) n',
    );
    expect(
      await validate(database, 'SELECT id, nothing, even, id FROM t ORDER BY id DESC LIMIT 2 -- the end'),
    ).toMatchObject({
      ok: true,
      columns: ['id', 'nothing', 'even', 'id'],
      rows: [
        ['4', '', 'true', '4'],
        ['3', '', 'false', '3'],
      ],
      more: false,
      error: null,
    });
    expect(await validate(database, 'WITH x AS (SELECT count(*) FROM t) SELECT * FROM x')).toMatchObject({
      rows: [['4']],
    });
    expect(await validate(database, 'SELECT FROM t')).toMatchObject({ ok: true, columns: [] });
  });

  test('an EXPLAIN ANALYZE', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int)');
    const outcome = await validate(database, 'EXPLAIN ANALYZE SELECT * FROM t WHERE a = 1');
    expect(outcome).toMatchObject({ ok: true, columns: ['QUERY PLAN'] });
    expect(outcome.rows[0]?.[0]).toContain('Seq Scan on t');
  });

  test('an answer without end is cut by the server, row by row and value by value', async () => {
    const database = await createDatabase(version);
    const before = process.memoryUsage().rss;
    const rows = await validate(database, "SELECT n, repeat('x', 100000) FROM generate_series(1, 1000000) n");
    expect(rows).toMatchObject({ ok: true, more: true });
    expect(rows.rows).toHaveLength(50);
    expect(rows.rows[0]?.[1]).toHaveLength(2001);
    const wide = await validate(database, "SELECT repeat('x', 100000000)");
    expect(wide.rows[0]?.[0]).toHaveLength(2001);
    expect(process.memoryUsage().rss - before).toBeLessThan(90_000_000);
  });

  test('the settings and the search path of the plan are in force, ours are stronger', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS a');
    const sql = `SET search_path = s; SET enable_seqscan = off; SET work_mem = '9MB';
      SELECT a, current_setting('enable_seqscan'), current_setting('work_mem'), current_setting('statement_timeout'),
        current_setting('transaction_read_only') FROM t`;
    expect((await validate(database, sql)).rows).toEqual([['1', 'off', '9MB', '1min', 'on']]);
  });

  test('what a function may do is not risked', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE SCHEMA s; CREATE SEQUENCE seq;
      CREATE FUNCTION s.touch() RETURNS int VOLATILE LANGUAGE sql AS $$ SELECT 1 $$;
      CREATE FUNCTION s.look() RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$`);
    expect(await validate(database, 'SELECT s.look(), random() < 2, pg_table_size(1259) > 0')).toMatchObject({
      ok: true,
    });
    const refused = await validate(database, 'SELECT s.touch()');
    expect(refused).toMatchObject({ ok: false, rows: [] });
    expect(refused.error?.message).toContain('It calls s.touch(), declared VOLATILE');
    expect((await validate(database, 'SET search_path = s; SELECT touch()')).error?.message).toContain('touch()');
    const session = await validating(database);
    const victim = await database.connect();
    const { rows } = await victim.query('SELECT pg_backend_pid() AS pid');
    for (const call of [`pg_terminate_backend(${rows[0].pid})`, `pg_catalog."pg_terminate_backend"(${rows[0].pid})`]) {
      expect((await runValidation(session, unread(`SELECT ${call}`))).ok).toBe(false);
    }
    expect((await runValidation(session, unread("SELECT nextval('seq')"))).ok).toBe(false);
    expect((await victim.query('SELECT 1 AS alive')).rows).toEqual([{ alive: 1 }]);
    await victim.end();
  });

  test('it is read-only, one statement, and its failure is told whole', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int)');
    const session = await validating(database);
    for (const sql of ['DELETE FROM t', 'SELECT 1; DROP TABLE t', 'SELECT 1) AS x; DROP TABLE t; SELECT (1']) {
      expect((await runValidation(session, unread(sql))).ok).toBe(false);
    }
    expect(await validate(database, 'SELECT nothing FROM t')).toMatchObject({
      ok: false,
      error: { sqlstate: '42703', message: 'column "nothing" does not exist' },
    });
    expect(await database.sql("SELECT to_regclass('t') IS NOT NULL AS there")).toEqual([{ there: true }]);
  });
});
