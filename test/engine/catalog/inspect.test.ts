import { describe, expect, test } from 'vitest';
import { inspectIndexes } from '../../../src/engine/catalog/index.ts';
import { createDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { versions } from '../../support/server.ts';
import { createRole, inspecting, inspectOne, targetsOf } from './support.ts';

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a whole plan at once: what stands where each index belongs, and the tables with their estimates', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE dishes (id int primary key, name varchar(50), active bool, price numeric);
      CREATE INDEX i_equal ON dishes (name);
      CREATE INDEX i_rewritten ON dishes (lower(name)) WHERE active = true;
      CREATE INDEX i_other ON dishes (price);
      CREATE VIEW i_view AS SELECT 1;
      INSERT INTO dishes SELECT n, n, true, n FROM generate_series(1, 1000) n;
      ANALYZE dishes;
      CREATE TABLE fresh (a int)`);
    const session = await inspecting(database);
    const targets = await targetsOf(`
      CREATE INDEX CONCURRENTLY i_equal ON dishes (name);
      CREATE INDEX CONCURRENTLY i_rewritten ON dishes (lower(name)) WHERE active = true;
      CREATE INDEX CONCURRENTLY i_other ON dishes (price DESC);
      CREATE INDEX CONCURRENTLY i_view ON dishes (price);
      CREATE INDEX CONCURRENTLY i_missing ON public.fresh (a);
      CREATE INDEX CONCURRENTLY i_nowhere ON nowhere (price);
      CREATE INDEX CONCURRENTLY i_noschema ON no_such.nowhere (price);
      CREATE INDEX CONCURRENTLY i_on_view ON i_view (a);`);
    const inspections = [...(await inspectIndexes(session, targets)).values()];
    expect(inspections.map(({ found }) => found)).toMatchObject([
      { kind: 'equal', definition: 'CREATE INDEX i_equal ON public.dishes USING btree (name)' },
      { kind: 'equal' },
      { kind: 'different', differences: [expect.stringContaining('price DESC')] },
      { kind: 'other-relation', what: 'a view' },
      { kind: 'none' },
      { kind: 'no-table', message: 'There is no table "nowhere" in the search path (public).' },
      { kind: 'no-table', message: 'There is no schema "no_such".' },
      { kind: 'no-table', message: 'public.i_view is a view: no index can be built on it.' },
    ]);
    expect(inspections[0]?.table).toMatchObject({ schema: 'public', name: 'dishes', rows: 1000 });
    expect(inspections[0]?.table?.bytes).toBeGreaterThan(0);
    expect(inspections[4]?.table).toMatchObject({ name: 'fresh', rows: null, bytes: null });
    expect(inspections[5]?.table).toBeNull();
  });

  test('the number of statements does not depend on the plan', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a varchar)');
    const sent = async (indexes: number) => {
      for (let n = 0; n < indexes; n++) await database.sql(`CREATE INDEX IF NOT EXISTS i${n} ON t (lower(a))`);
      const targets = await targetsOf(
        Array.from({ length: indexes * 2 }, (_, n) => `CREATE INDEX CONCURRENTLY i${n} ON t (lower(a));`).join('\n'),
      );
      const session = await inspecting(database);
      const inspections = await inspectIndexes(session, targets, { tryMissing: true });
      expect([...inspections.values()].filter(({ found }) => found.kind === 'equal')).toHaveLength(indexes);
      return (await database.statementLog()).filter(({ pid }) => pid === session.pid).length;
    };
    expect(await sent(1)).toBe(await sent(20));
  });

  test('nothing is left of the scratch copies, nor of the settings that they needed', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE SCHEMA s; CREATE TABLE s.t (a varchar); CREATE INDEX i ON s.t (lower(a))`);
    const session = await inspecting(database);
    const sql = 'SET search_path = s; CREATE INDEX CONCURRENTLY i ON t (lower(a))';
    expect((await inspectOne(session, sql)).found.kind).toBe('equal');
    const [left] = await session.query(
      `SELECT (SELECT count(*)::int FROM pg_class WHERE relnamespace = pg_my_temp_schema()) AS relations,
              current_setting('search_path') AS path, current_setting('lock_timeout') AS timeout`,
    );
    expect(left).toEqual({ relations: 0, path: '"$user", public', timeout: '500ms' });
  });

  test('an invalid leftover: of a unique index that failed in the end, and of one stopped at the start', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)');
    await expect(database.sql('CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)')).rejects.toThrow(
      'could not create unique',
    );
    const session = await inspecting(database);
    expect((await inspectOne(session, 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)')).found).toMatchObject({
      kind: 'invalid',
      definition: 'CREATE UNIQUE INDEX u ON public.t USING btree (a)',
    });
    const writer = await holdLock(database, 't', 'ROW EXCLUSIVE');
    const builder = await database.connect({ application_name: 'builder' });
    await builder.query("SET lock_timeout = '100ms'");
    await expect(builder.query('CREATE INDEX CONCURRENTLY early ON t (a)')).rejects.toThrow('lock timeout');
    await builder.end();
    await writer.release();
    const early = await inspectOne(session, 'CREATE INDEX CONCURRENTLY early ON t (a)');
    expect(early.found).toMatchObject({ kind: 'invalid', ready: false });
  });

  test.each(['a superuser', 'a plain role'])('being built right now, as %s sees it', async (who) => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int); GRANT ALL ON SCHEMA public TO public; GRANT ALL ON t TO public');
    const role = await createRole(database);
    const writer = await holdLock(database, 't', 'ROW EXCLUSIVE');
    const builder = await database.connect({ application_name: 'somebody' });
    const build = builder.query('CREATE INDEX CONCURRENTLY i ON t (a)');
    await poll(async () => (await database.sql("SELECT 1 FROM pg_class WHERE relname = 'i'")).length === 1);
    const session = await inspecting(database, who === 'a plain role' ? role : undefined);
    const { found } = await inspectOne(session, 'CREATE INDEX CONCURRENTLY i ON t (a)');
    const [row] = await database.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'somebody'");
    expect(found).toMatchObject({ kind: 'building', pid: row.pid, application: 'somebody' });
    await writer.release();
    await build;
    await builder.end();
    expect((await inspectOne(session, 'CREATE INDEX CONCURRENTLY i ON t (a)')).found.kind).toBe('equal');
  });

  test('an index that somebody drops concurrently is not an abandoned one', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int); CREATE INDEX i ON t (a)');
    const reader = await holdLock(database, 't', 'ACCESS SHARE');
    const dropper = await database.connect({ application_name: 'dropper' });
    const drop = dropper.query('DROP INDEX CONCURRENTLY i');
    await poll(
      async () =>
        (await database.sql("SELECT 1 FROM pg_index WHERE indexrelid = 'i'::regclass AND NOT indisvalid")).length,
    );
    const session = await inspecting(database);
    expect((await inspectOne(session, 'CREATE INDEX CONCURRENTLY i ON t (a)')).found).toMatchObject({
      kind: 'building',
      application: 'dropper',
    });
    await reader.release();
    await drop;
    await dropper.end();
  });

  test('behind an ACCESS EXCLUSIVE lock it neither hangs nor guesses, and other tables do not suffer', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (a varchar); CREATE INDEX i ON t (a); CREATE INDEX x ON t (lower(a));
      CREATE TABLE other (a varchar); CREATE INDEX o ON other (lower(a))`);
    const holder = await holdLock(database, 't');
    const session = await inspecting(database);
    const began = performance.now();
    const targets = await targetsOf(`CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY x ON t (lower(a));
      CREATE INDEX CONCURRENTLY missing ON t (a); CREATE INDEX CONCURRENTLY o ON other (lower(a));`);
    const inspections = [...(await inspectIndexes(session, targets, { tryMissing: true })).values()];
    expect(performance.now() - began).toBeLessThan(3_000);
    const why = `it could not be compared: pid ${holder.pid} holds, or waits for, an ACCESS EXCLUSIVE lock on its table`;
    expect(inspections.map(({ found }) => found)).toMatchObject([
      { kind: 'different', differences: [why] },
      { kind: 'different', differences: [why] },
      { kind: 'none' },
      { kind: 'equal' },
    ]);
    expect(inspections[2]?.tried).toMatchObject({ sqlstate: '55P03', copied: false });
    await holder.release();
    expect((await inspectOne(session, 'CREATE INDEX CONCURRENTLY i ON t (a)')).found.kind).toBe('equal');
  });
});
