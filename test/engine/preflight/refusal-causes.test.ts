import { describe, expect, test } from 'vitest';
import { defaultClassFrom, EXTENSIONS } from '../../../src/engine/preflight/known-extensions.ts';
import { createDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { createRole } from '../catalog/support.ts';
import { blocking, coded, preflightOf } from './support.ts';

const namesIn = (list: string | undefined): string[] => list?.split(/\s+/) ?? [];

test('no name is of two extensions', () => {
  const all = Object.values(EXTENSIONS).flatMap((brings) =>
    Object.entries(brings).flatMap(([kind, list]) => namesIn(list).map((name) => `${kind} ${name}`)),
  );
  expect(all.filter((name, at) => all.indexOf(name) !== at)).toEqual([]);
});

test('a missing default operator class, in any language', () => {
  const of = (message: string, method = 'gin') => defaultClassFrom(method, message)?.extension;
  expect(of('data type integer has no default operator class for access method "gin"')).toBe('btree_gin');
  expect(
    of('Datentyp timestamp with time zone hat keine Standardoperatorklasse für Zugriffsmethode »gist«', 'gist'),
  ).toBe('btree_gist');
  expect(of('data type json has no default operator class for access method "gin"')).toBeUndefined();
  expect(of('data type integer[] has no default operator class for access method "gist"', 'gist')).toBeUndefined();
  expect(of('data type integer has no default operator class for access method "brin"', 'brin')).toBeUndefined();
});

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('what is said of an extension is what the server finds in it', async () => {
    const database = await createDatabase(version);
    const offered = new Set((await database.sql('SELECT name FROM pg_available_extensions')).map(({ name }) => name));
    const there = Object.entries(EXTENSIONS).filter(([name]) => offered.has(name));
    expect(there.length).toBeGreaterThan(10);
    for (const [extension, brings] of there) {
      await database.sql(`CREATE EXTENSION ${extension} CASCADE`);
      const members = await database.sql<{ kind: string; name: string }>(
        `SELECT kind, name FROM pg_depend JOIN pg_extension ON pg_extension.oid = refobjid
           JOIN (SELECT 'methods' AS kind, 'pg_am'::regclass AS class, oid, amname AS name FROM pg_am
             UNION ALL SELECT 'opclasses', 'pg_opclass'::regclass, oid, opcname FROM pg_opclass
             UNION ALL SELECT 'functions', 'pg_proc'::regclass, oid, proname FROM pg_proc
             UNION ALL SELECT 'types', 'pg_type'::regclass, oid, typname FROM pg_type) AS object
           ON object.class = classid AND object.oid = objid
         WHERE extname = $1 AND deptype = 'e'`,
        [extension],
      );
      const has = new Set(members.map(({ kind, name }) => `${kind} ${name}`));
      const claimed = Object.entries(brings).flatMap(([kind, list]) => namesIn(list).map((name) => `${kind} ${name}`));
      // Brought by later versions of the extension.
      const later = ['opclasses gist_bool_ops', 'opclasses hash_ltree_ops', 'functions daitch_mokotoff'];
      expect([
        extension,
        claimed.filter((name) => !has.has(name) && !(version === 15 && later.includes(name))),
      ]).toEqual([extension, []]);
    }
  });

  test('the extension that is missing, and with it the plan is taken', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int, b text, c text[])');
    const plan = `CREATE INDEX CONCURRENTLY trgm ON t USING gin (b gin_trgm_ops);
      CREATE INDEX CONCURRENTLY plain ON t USING gist (a);
      CREATE INDEX CONCURRENTLY fn ON t (similarity(b, 'x'));
      CREATE INDEX CONCURRENTLY am ON t USING hnsw (b vector_l2_ops);`;
    const missing = coded(await preflightOf(database, plan), 'missing-extension');
    expect(missing.map(({ index, level }) => [index, level])).toEqual(
      ['trgm', 'plain', 'fn', 'am'].map((index) => [index, 'blocks']),
    );
    expect(missing[0]?.what).toContain('The extension pg_trgm brings the operator class gin_trgm_ops');
    expect(missing[0]?.advice).toMatch(/^CREATE EXTENSION pg_trgm \(the server offers version [\d.]+\)\.$/);
    expect(missing[1]?.what).toContain('The extension btree_gist brings a default operator class of gist for integer');
    expect(missing[2]?.what).toContain('the function similarity');
    expect(missing[3]?.advice).toMatch(/^The server does not offer vector: .* CREATE EXTENSION vector\.$/);
    await database.sql('CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist');
    expect(blocking(await preflightOf(database, plan))).toEqual(['missing-extension']);
  });

  test('who may install it is said', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (b text)');
    const role = await createRole(database, 'IN ROLE pg_monitor');
    await database.sql(`ALTER TABLE t OWNER TO ${role.user}; GRANT CREATE ON SCHEMA public TO ${role.user}`);
    const sql = 'CREATE INDEX CONCURRENTLY i ON t USING gin (b gin_trgm_ops);';
    const [before] = coded(await preflightOf(database, sql, { as: role }), 'missing-extension');
    expect(before?.advice).toContain('It takes a superuser, or for a trusted extension CREATE on the database.');
    await database.sql(`GRANT CREATE ON DATABASE ${database.name} TO ${role.user}`);
    const [after] = coded(await preflightOf(database, sql, { as: role }), 'missing-extension');
    expect(after?.advice).toMatch(/\)\.$/);
  });

  test('installed in a schema that is not in the search path', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (b text); CREATE SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext');
    const sql = 'CREATE INDEX CONCURRENTLY i ON t USING gin (b gin_trgm_ops);';
    expect(coded(await preflightOf(database, sql), 'extension-not-in-path')).toMatchObject([
      { level: 'blocks', index: 'i', advice: expect.stringContaining('Write ext.gin_trgm_ops, or SET search_path') },
    ]);
    expect(blocking(await preflightOf(database, sql.replace('gin_trgm', 'ext.gin_trgm')))).toEqual([]);
    expect(blocking(await preflightOf(database, `SET search_path = public, ext; ${sql}`))).toEqual([]);
  });

  test('functions, casts and operators that are not IMMUTABLE: named, and the way out works', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (at timestamptz, local timestamp, b text);
      CREATE FUNCTION public.slug(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN lower($1); END';
      CREATE FUNCTION public.setting(t text) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN t; END'`);
    const plan = `CREATE INDEX CONCURRENTLY day ON t ((at::date));
      CREATE INDEX CONCURRENTLY trunc ON t (b, date_trunc('day', at) DESC);
      CREATE INDEX CONCURRENTLY later ON t ((at + interval '1 day'));
      CREATE INDEX CONCURRENTLY parsed ON t ((b::timestamp));
      CREATE INDEX CONCURRENTLY own ON t (slug(b)) WHERE setting(b) = 'x';
      CREATE INDEX CONCURRENTLY fine ON t (lower(b), (local::date));`;
    const [day, trunc, later, parsed, own, ...rest] = coded(
      await preflightOf(database, plan),
      'function-not-immutable',
    );
    expect(rest).toEqual([]);
    expect(day).toMatchObject({ level: 'blocks', index: 'day' });
    expect(day?.what).toContain('the cast to date, date(timestamp with time zone), which is STABLE');
    expect(day?.advice).toContain("((x AT TIME ZONE 'UTC')::date)");
    expect(trunc?.what).toContain('It uses date_trunc(text, timestamp with time zone), which is STABLE.');
    expect(later?.what).toContain('the operator timestamp with time zone + interval, timestamptz_pl_interval');
    expect(parsed?.what).toContain('the cast to timestamp without time zone, timestamp_in');
    expect(own?.what).toContain('public.slug(text), which is VOLATILE');
    expect(own?.what).toContain('public.setting(t text), which is STABLE');
    expect(own?.advice).toContain('ALTER FUNCTION public.slug(text) IMMUTABLE');
    await database.sql('ALTER FUNCTION public.slug(text) IMMUTABLE; ALTER FUNCTION public.setting(t text) IMMUTABLE');
    const mended = plan.replace('at::date', "(at AT TIME ZONE 'UTC')::date");
    expect(coded(await preflightOf(database, mended), 'function-not-immutable').map(({ index }) => index)).toEqual([
      'trunc',
      'later',
      'parsed',
    ]);
  });

  test('nothing of what was tried stays, and nothing in it is run', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (b text); CREATE TABLE seen (n int);
      CREATE FUNCTION loud(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (1); RETURN $1; END $$`);
    const catalog = () =>
      database.sql("SELECT oid::int FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace ORDER BY 1");
    const before = await catalog();
    const facts = await preflightOf(database, "CREATE INDEX CONCURRENTLY i ON t (b) WHERE loud('x') = 'x';");
    expect(coded(facts, 'function-not-immutable')).toHaveLength(1);
    expect(await database.sql('SELECT FROM seen')).toEqual([]);
    expect(await catalog()).toEqual(before);
  });
});
