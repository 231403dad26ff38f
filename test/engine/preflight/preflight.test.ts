import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { versions } from '../../support/server.ts';
import { blocking, coded, preflightOf } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';

describe.each(versions)('on PostgreSQL %i', (version) => {
  const withTable = async (more = '') => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (a int, b varchar); ${more}`);
    return database;
  };

  test('a plan that can be deployed: nothing but ok, and what was looked at is said', async () => {
    const database = await withTable();
    const facts = await preflightOf(database, INDEX);
    expect(facts.findings.filter(({ level }) => level !== 'ok').map(({ code }) => code)).toEqual(['estimate']);
    expect(facts.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'connection',
        'version',
        'primary',
        'only-engine',
        'rights-to-build',
        'tables',
        'to-build',
      ]),
    );
    expect(facts.server).toMatchObject({ superuser: true, monitor: true });
    expect(Math.floor(facts.server.versionNum / 10_000)).toBe(version);
    expect(facts.tables).toMatchObject([{ schema: 'public', name: 't' }]);
    expect(facts.steps).toEqual([{ step: 0, tableOid: facts.tables[0]?.oid, found: { kind: 'none' } }]);
    expect(facts.settings.map(({ name }) => name)).toContain('maintenance_work_mem');
  });

  test('it changes nothing, and the number of its statements does not depend on the plan', async () => {
    const database = await withTable('CREATE INDEX there ON t (lower(b))');
    const state = () =>
      database.sql(
        "SELECT oid::int, relname FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace ORDER BY oid",
      );
    const before = await state();
    const sent = async (sql: string) => {
      const from = (await database.statementLog()).length;
      await preflightOf(database, sql);
      return (await database.statementLog())
        .slice(from)
        .filter(({ application }) => application.startsWith('indexdeck')).length;
    };
    const one = await sent('CREATE INDEX CONCURRENTLY there ON t (lower(b));');
    const many = Array.from(
      { length: 30 },
      (_, n) => `CREATE INDEX CONCURRENTLY i${n} ON t (a, lower(b), (a + ${n}));`,
    ).join('\n');
    expect(await sent(`${many} CREATE INDEX CONCURRENTLY there ON t (lower(b));`)).toBe(one);
    expect(one).toBeLessThan(30);
    expect(await state()).toEqual(before);
  });

  test('what stands where each index belongs', async () => {
    const database = await withTable(`INSERT INTO t VALUES (1), (1); CREATE INDEX same ON t (lower(b));
      CREATE INDEX differs ON t (b); CREATE VIEW taken AS SELECT 1`);
    await expect(database.sql('CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)')).rejects.toThrow();
    const [{ oid }] = await database.sql("SELECT 'broken'::regclass::oid AS oid");
    const sql = `CREATE INDEX CONCURRENTLY same ON t (lower(b)); CREATE INDEX CONCURRENTLY differs ON t (a);
      CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a); CREATE INDEX CONCURRENTLY taken ON t (a);
      CREATE INDEX CONCURRENTLY missing ON t (a);`;
    const facts = await preflightOf(database, sql, { options: { onError: 'skip' } });
    expect(coded(facts, 'index-equal')).toMatchObject([{ level: 'note', index: 'same', place: { line: 1 } }]);
    const [different] = coded(facts, 'index-different');
    expect(different).toMatchObject({ level: 'warning', index: 'differs' });
    expect(different?.compare).toEqual({
      planned: 'CREATE INDEX differs ON public.t USING btree (a)',
      found: 'CREATE INDEX differs ON public.t USING btree (b)',
      differences: ['columns: (a) and (b)'],
    });
    expect(different?.why).toContain('it will be left out (--on-error skip)');
    expect(coded(facts, 'index-invalid')).toMatchObject([
      {
        level: 'warning',
        index: 'broken',
        what: expect.stringContaining(`(oid ${oid})`),
        advice: expect.stringContaining('--replace-invalid'),
      },
    ]);
    expect(coded(facts, 'name-taken')).toMatchObject([{ level: 'warning', what: expect.stringContaining('a view') }]);
    expect(coded(facts, 'to-build')).toMatchObject([{ level: 'ok', what: '1 index to build.' }]);
    expect(facts.steps.map(({ found }) => found?.kind)).toEqual([
      'equal',
      'different',
      'invalid',
      'other-relation',
      'none',
    ]);
    // A leftover with the duplicates that it failed of.
    expect(blocking(facts)).toEqual(['unique-duplicates']);
  });

  test('an index being built right now', async () => {
    const database = await withTable();
    const writer = await holdLock(database, 't', 'ROW EXCLUSIVE');
    const builder = await database.connect({ application_name: 'other build' });
    const build = builder.query(INDEX);
    await poll(async () => (await database.sql("SELECT 1 FROM pg_class WHERE relname = 'i'")).length === 1);
    const facts = await preflightOf(database, `${INDEX} CREATE INDEX CONCURRENTLY j ON t (b);`);
    expect(coded(facts, 'index-building')).toMatchObject([
      { level: 'warning', what: expect.stringContaining('"other build"') },
    ]);
    expect(coded(facts, 'table-building')).toMatchObject([{ level: 'warning', index: 'j' }]);
    await writer.release();
    await build;
    await builder.end();
  });

  test('tables: missing, views, foreign, partitioned, temporary, system', async () => {
    const database = await withTable(`CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE p (a int) PARTITION BY LIST (a);
      CREATE MATERIALIZED VIEW m AS SELECT 1 AS a`);
    const at = (table: string) => `CREATE INDEX CONCURRENTLY ON ${table} (a);\n`;
    const facts = await preflightOf(
      database,
      at('nowhere') +
        at('nowhere.t') +
        at('v') +
        at('p') +
        at('m') +
        'CREATE INDEX CONCURRENTLY ON pg_catalog.pg_class (relname);',
    );
    const blocks = facts.findings.filter(({ level }) => level === 'blocks');
    expect(blocks.map(({ code, place }) => [code, place?.line])).toEqual([
      ['no-table', 1],
      ['no-table', 2],
      ['not-a-table', 3],
      ['system-table', 6],
    ]);
    expect(coded(facts, 'partitioned-table')).toMatchObject([{ level: 'note', place: { line: 4 } }]);
    expect(coded(facts, 'tables')).toEqual([]);
  });

  test('what the server refuses: columns, operator classes, functions, options', async () => {
    const database = await withTable('CREATE FUNCTION stamp() RETURNS text LANGUAGE sql VOLATILE RETURN now()::text');
    const facts = await preflightOf(
      database,
      `CREATE INDEX CONCURRENTLY c ON t (gone);
       CREATE INDEX CONCURRENTLY inc ON t (a) INCLUDE (lost);
       CREATE INDEX CONCURRENTLY op ON t USING gin (b gin_trgm_ops);
       CREATE INDEX CONCURRENTLY fn ON t ((b || stamp()));
       CREATE INDEX CONCURRENTLY wh ON t (a) WHERE missing > 1;
       CREATE INDEX CONCURRENTLY opt ON t (a) WITH (no_such_option = 1);
       CREATE INDEX CONCURRENTLY fine ON t (a);`,
    );
    const refused = facts.findings.filter(({ level }) => level === 'blocks');
    expect(refused.map(({ index, code }) => [index, code])).toEqual([
      ['c', 'index-refused'],
      ['inc', 'index-refused'],
      ['op', 'missing-extension'],
      ['fn', 'function-not-immutable'],
      ['wh', 'index-refused'],
      ['opt', 'index-refused'],
    ]);
    expect(refused[0]?.what).toBe('The server does not take this index: column "gone" does not exist.');
    expect(refused[2]?.what).toContain('operator class "gin_trgm_ops" does not exist');
    expect(refused[3]?.what).toContain('IMMUTABLE');
    expect(refused.map(({ place }) => place?.line)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a foreign table, and a virtual generated column', async () => {
    const database = await withTable(`CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
      CREATE FOREIGN TABLE f (a int) SERVER s`);
    expect(blocking(await preflightOf(database, 'CREATE INDEX CONCURRENTLY ON f (a)'))).toEqual(['not-a-table']);
    if (version < 18) return;
    await database.sql('ALTER TABLE t ADD v int GENERATED ALWAYS AS (a + 1) VIRTUAL');
    const [refused] = coded(await preflightOf(database, 'CREATE INDEX CONCURRENTLY ON t (v)'), 'index-refused');
    expect(refused?.what).toContain('virtual generated columns');
  });

  test('where event triggers would run, nothing is tried, and that is said', async () => {
    const database = await withTable(`CREATE TABLE audit (tag text);
      CREATE FUNCTION record() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (tg_tag); END $$;
      CREATE EVENT TRIGGER recorder ON ddl_command_end EXECUTE FUNCTION record()`);
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON t (gone)');
    expect(coded(facts, 'index-untried')).toMatchObject([
      { level: 'note', why: expect.stringContaining('event triggers') },
    ]);
    expect(await database.sql('SELECT * FROM audit')).toEqual([]);
  });

  test('a plain CREATE INDEX blocks, by the plan itself', async () => {
    const database = await withTable();
    expect(blocking(await preflightOf(database, 'CREATE INDEX i ON t (a)'))).toHaveLength(1);
    expect(blocking(await preflightOf(database, 'CREATE INDEX i ON t (a)', { makeConcurrent: true }))).toEqual([]);
  });
});
