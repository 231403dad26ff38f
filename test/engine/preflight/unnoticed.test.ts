import { describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { preflightOf } from './support.ts';

/** Every row of the catalog that a statement could have made, changed or taken away; temporary schemas are the server's own. */
async function catalogOf(database: TestDatabase): Promise<unknown[]> {
  const tables = [
    'pg_class',
    'pg_attribute',
    'pg_index',
    'pg_constraint',
    'pg_proc',
    'pg_type',
    'pg_depend',
    'pg_attrdef',
  ];
  const more = ['pg_trigger', 'pg_rewrite', 'pg_extension', 'pg_description'];
  const each = [...tables, ...more].map((name) => `SELECT '${name}', ctid::text, xmin::text, xmax::text FROM ${name}`);
  const schemas =
    "SELECT 'pg_namespace', nspname, xmin::text, '' FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'";
  return database.sql(`${[...each, schemas].join(' UNION ALL ')} ORDER BY 1, 2`);
}

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('preflight is in nobody’s way, and leaves nothing', async () => {
    const database = await createDatabase(version);
    // Whatever preflight looks into: what is there, what is missing, refusals of every kind, and a table that is written to.
    await database.sql(`CREATE TABLE t (a int, b text, at timestamptz); CREATE TABLE quiet (a int) WITH (autovacuum_enabled = off);
      CREATE INDEX there ON t (lower(b)); CREATE INDEX differs ON t (b); INSERT INTO t SELECT generate_series(1, 1000);
      CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; ANALYZE`);
    const plan = `CREATE INDEX CONCURRENTLY i ON t (a, lower(b)) WHERE a > 1; CREATE INDEX CONCURRENTLY there ON t (lower(b));
      CREATE INDEX CONCURRENTLY differs ON t (a); CREATE INDEX CONCURRENTLY day ON t ((at::date));
      CREATE INDEX CONCURRENTLY trgm ON t USING gin (b gin_trgm_ops); CREATE INDEX CONCURRENTLY q ON quiet (a);
      CREATE INDEX CONCURRENTLY v ON m (a);`;
    // Some of it would block: it is all looked at. The first temporary table makes a session's schema.
    const alone = await preflightOf(database, plan);
    expect(alone.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'index-equal',
        'index-different',
        'function-not-immutable',
        'missing-extension',
        'to-build',
      ]),
    );
    const before = await catalogOf(database);
    const looking = { done: false };
    const preflight = preflightOf(database, plan, { watchedMs: 1_050 }).finally(() => {
      looking.done = true;
    });
    const [seen, taken] = await Promise.all([watch(database, looking), lockOut(database, looking), preflight]);
    expect(taken.refused).toEqual([]);
    expect(taken.got).toBeGreaterThan(3);
    expect(seen.states).toContain('idle');
    expect(seen.states).not.toContain('idle in transaction');
    // No more than any SELECT takes.
    expect([...seen.modes].filter((mode) => mode !== 'AccessShareLock')).toEqual([]);
    expect(await catalogOf(database)).toEqual(before);
  });
});

/** What locks of sessions of ours are seen on the database's own tables, and in which states these are, until it is done. */
async function watch(database: TestDatabase, looking: { done: boolean }) {
  const client = await database.connect();
  const modes = new Set<string>();
  const states = new Set<string>();
  while (!looking.done) {
    const { rows } = await client.query<{ state: string; modes: string[] }>(`SELECT state, array(
        SELECT mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
        WHERE pg_locks.pid = activity.pid AND relnamespace = 'public'::regnamespace) AS modes
      FROM pg_stat_activity AS activity WHERE datname = current_database() AND application_name LIKE 'indexdeck %'`);
    for (const row of rows) {
      states.add(row.state);
      for (const mode of row.modes) modes.add(mode);
    }
  }
  await client.end();
  return { modes, states };
}

/** Somebody who takes the strongest lock on each table again and again, and is patient for a moment only. */
async function lockOut(database: TestDatabase, looking: { done: boolean }) {
  const client = await database.connect();
  await client.query("SET lock_timeout = '1s'");
  const refused: string[] = [];
  let got = 0;
  while (!looking.done) {
    for (const table of ['t', 'quiet']) {
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`).then(
        () => got++,
        (error: Error) => refused.push(`${table}: ${error.message}`),
      );
      await client.query('ROLLBACK');
    }
  }
  await client.end();
  return { got, refused };
}
