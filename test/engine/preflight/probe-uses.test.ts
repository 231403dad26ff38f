import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../src/demo/cluster.ts';
import { bound } from '../../../src/engine/preflight/hypothetical/bind.ts';
import { loadParser } from '../../../src/plan/index.ts';
import { parseStatement } from '../../../src/plan/parser.ts';
import type { Probe } from '../../../src/run/index.ts';
import { createDatabase } from '../../support/database.ts';
import { createHypopgServer, testWithHypopg } from '../../support/hypopg.ts';
import { createRole } from '../catalog/support.ts';
import { blocking, coded, preflightOf } from './support.ts';

const probe = (name: string, sql: string, changes: Partial<Probe> = {}): Probe => ({
  name,
  from: 'config',
  place: null,
  sql,
  parameters: [],
  execute: true,
  repetitions: 3,
  timeoutMs: 1000,
  target: null,
  expectedIndex: null,
  sequentialAllowed: false,
  settings: [],
  searchPath: null,
  ...changes,
});

const TABLE = `CREATE TABLE t (id int PRIMARY KEY, a int, b text, tags jsonb);
  INSERT INTO t SELECT n, n, 'text ' || n, jsonb_build_object('n', n) FROM generate_series(1, 20000) AS n; ANALYZE t`;

describe('with HypoPG', () => {
  let server: Cluster | null = null;
  beforeAll(async () => {
    server = await createHypopgServer();
  }, 60_000);
  afterAll(() => server?.destroy());

  const withTable = async (more = '') => {
    if (server === null) throw new Error('HypoPG is not installed, and INDEXDECK_REQUIRE_HYPOPG=1 demands it.');
    const database = await createDatabase(15, { server });
    await database.sql(`${TABLE}; CREATE SCHEMA "Hypo"; CREATE EXTENSION hypopg SCHEMA "Hypo"; ${more}`);
    return database;
  };

  testWithHypopg('which index a probe would use, which no probe uses, and what could not be asked', async () => {
    const database = await withTable();
    const sql = `CREATE INDEX CONCURRENTLY by_a ON t (a) INCLUDE (b);
      CREATE INDEX CONCURRENTLY by_lower ON t (lower(b));
      CREATE INDEX CONCURRENTLY partial ON t (b) WHERE a < 10;
      CREATE INDEX CONCURRENTLY by_tags ON t USING gin (tags);`;
    const probes = [
      probe('one', 'SELECT * FROM t WHERE a = $1', { parameters: [5] }),
      probe('two', "SELECT id FROM t WHERE lower(b) = 'x' OR a = 7"),
      probe('none', 'SELECT count(*) FROM t'),
    ];
    const facts = await preflightOf(database, sql, { options: { probes } });
    expect(coded(facts, 'would-be-used').map(({ level, what }) => [level, what.split(':')[0]])).toEqual([
      ['ok', 'The probe one would use by_a'],
      ['ok', expect.stringMatching(/^The probe two would use by_(a|lower), by_(a|lower)$/)],
    ]);
    expect(coded(facts, 'would-be-used')[0]?.what).toMatch(/as the planner estimates it, goes from \d+ to [\d.]+\.$/);
    expect(coded(facts, 'probe-without-use')[0]?.what).toBe('1 probe would use none of the planned indexes: none.');
    expect(coded(facts, 'not-used-by-probes')).toMatchObject([
      { level: 'note', what: '1 planned index would be used by no probe: partial.' },
    ]);
    expect(coded(facts, 'use-untold')[0]?.what).toContain('by_tags (hypopg: access method "gin" is not supported)');
    expect(blocking(facts)).toEqual([]);
  });

  testWithHypopg(
    'a replacement is asked about; what the plan drops is hidden, or it is said that it is not',
    async () => {
      const database = await withTable('CREATE INDEX old ON t (a); CREATE INDEX i ON t (b)');
      const sql = `DROP INDEX CONCURRENTLY old; DROP INDEX CONCURRENTLY i; CREATE INDEX CONCURRENTLY i ON t (a) INCLUDE (b);`;
      const scene = { options: { probes: [probe('one', 'SELECT a, b FROM t WHERE a = 5')] }, allowDrops: true };
      const seen = await preflightOf(database, sql, scene);
      expect(coded(seen, 'would-be-used')[0]?.what).toContain('The probe one would use i:');
      const [untold] = coded(seen, 'use-untold');
      expect(untold?.what).toContain(
        'old (the plan drops it, and only HypoPG 1.4 and later can hide it from the planner)',
      );
      // As 1.4 declares them. They fail for any other index than the two that are dropped.
      await database.sql(`CREATE FUNCTION "Hypo".hypopg_hide_index(indexid oid) RETURNS bool STRICT LANGUAGE sql
        AS $$ SELECT 1 / (indexid IN ('old'::regclass, 'i'::regclass))::int = 1 $$;
      CREATE FUNCTION "Hypo".hypopg_unhide_all_indexes() RETURNS void LANGUAGE sql AS ''`);
      const hidden = await preflightOf(database, sql, scene);
      expect(coded(hidden, 'would-be-used')[0]?.what).toContain('The probe one would use i:');
      expect(coded(hidden, 'use-untold')).toEqual([]);
      await database.sql(
        'DROP FUNCTION "Hypo".hypopg_hide_index; CREATE FUNCTION "Hypo".hypopg_hide_index(indexid oid) RETURNS bool LANGUAGE sql AS $$ SELECT 1 / 0 = 1 $$',
      );
      expect(coded(await preflightOf(database, sql, scene), 'use-untold')[0]?.what).toContain('division by zero');
    },
  );

  testWithHypopg('nothing of it stays: no index, no setting, no hypothetical index for what comes after', async () => {
    const database = await withTable('CREATE TABLE u (a int)');
    const probes = [
      probe('one', 'SELECT * FROM t WHERE a = 1', { settings: [{ name: 'seq_page_cost', value: '100' }] }),
      probe('broken', 'SELECT * FROM t WHERE gone = 1'),
      probe('two', 'SELECT * FROM t WHERE a = 1'),
    ];
    const before = await database.sql('SELECT count(*) FROM pg_class');
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY by_a ON t (a)', { options: { probes } });
    expect(await database.sql('SELECT count(*) FROM pg_class')).toEqual(before);
    const said = coded(facts, 'would-be-used').map(({ what }) => what);
    expect(said.map((what) => what.split(':')[0])).toEqual([
      'The probe one would use by_a',
      'The probe two would use by_a',
    ]);
    // Each was planned with its own settings alone.
    const [one, two] = said.map((what) => Number(/from ([\d,]+) to/.exec(what)?.[1]?.replaceAll(',', '')));
    expect(one).toBeGreaterThan(10 * (two ?? Number.NaN));
    expect(coded(facts, 'use-untold')[0]?.what).toContain('broken (column "gone" does not exist)');
    const log = (await database.log()).map(({ text }) => text);
    expect(log.filter((text) => text.includes("where extname = 'hypopg'"))).toHaveLength(1);
  });

  testWithHypopg('the number of statements depends on neither the indexes nor the probes', async () => {
    const database = await withTable();
    const sent = async (indexes: number, probes: number) => {
      const from = (await database.statementLog()).length;
      const sql = Array.from({ length: indexes }, (_, n) => `CREATE INDEX CONCURRENTLY i${n} ON t ((a + ${n}));`).join(
        '\n',
      );
      const options = {
        probes: Array.from({ length: probes }, (_, n) => probe(`p${n}`, `SELECT * FROM t WHERE a + ${n} = 1`)),
      };
      await preflightOf(database, sql, { options });
      return (await database.statementLog())
        .slice(from)
        .filter(({ application }) => application.startsWith('indexdeck')).length;
    };
    expect(await sent(30, 20)).toBe(await sent(2, 1));
  });

  testWithHypopg('VOLATILE functions are not planned with, functions of others not run with our rights', async () => {
    const database = await withTable(`CREATE FUNCTION stamp() RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION sly(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
        RAISE WARNING 'run as %', current_user; RETURN $1; END $$`);
    const { user } = await createRole(database);
    await database.sql(`ALTER TABLE t OWNER TO ${user}; ALTER FUNCTION sly OWNER TO ${user}`);
    const probes = [probe('volatile', 'SELECT * FROM t WHERE a = stamp()')];
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON t ((a + sly(1)))', {
      options: { probes },
    });
    expect(coded(facts, 'probe-refused')).toHaveLength(1);
    expect(coded(facts, 'would-be-used')).toEqual([]);
    expect(coded(facts, 'use-untold')[0]?.what).toContain('i (it calls function sly(integer), which is not run with');
    expect((await database.log()).filter(({ text }) => text.includes('run as postgres'))).toEqual([]);
  });
});

test('without HypoPG nothing is claimed; without probes nothing is said', async () => {
  const database = await createDatabase(18);
  await database.sql('CREATE TABLE t (a int)');
  const sql = 'CREATE INDEX CONCURRENTLY i ON t (a)';
  const facts = await preflightOf(database, sql, {
    options: { probes: [probe('one', 'SELECT * FROM t WHERE a = 1')] },
  });
  expect(coded(facts, 'use-unknown')).toMatchObject([
    { level: 'note', what: expect.stringContaining('is not known: HypoPG is not in this database') },
  ]);
  expect(coded(await preflightOf(database, sql), 'use-unknown')).toEqual([]);
});

test('parameters are written into a query as values and nothing else', async () => {
  await loadParser();
  expect(bound('SELECT $1, \'$1\', "$1" FROM t WHERE a=$2 -- $1', [null, "it's"])).toBe(
    "SELECT  NULL, '$1', \"$1\" FROM t WHERE a= 'it''s' -- $1",
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      (value) => {
        const parsed = parseStatement(bound('SELECT $1', [value.toWellFormed()]));
        if (!parsed.ok) throw new Error(parsed.error.message);
        const { SelectStmt: select } = parsed.statement as {
          SelectStmt?: { targetList?: { ResTarget: { val: object } }[] };
        };
        const text = value.toWellFormed();
        expect(select?.targetList?.[0]?.ResTarget.val).toMatchObject({
          A_Const: { sval: text === '' ? {} : { sval: text } },
        });
      },
    ),
  );
});
