import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import { createDatabase, createTemplate, type TestDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { createRole, inspecting, inspectOne, openInspecting } from './support.ts';

const long = 'l'.repeat(300);

const setting = `
  CREATE SCHEMA s; CREATE SCHEMA "Süß"; CREATE SCHEMA other;
  CREATE TABLE s.t (id int, name varchar(50), title text, active bool, price numeric, at timestamptz, tags jsonb, words tsvector, code text COLLATE "C");
  CREATE TABLE s.u (LIKE s.t);
  CREATE TABLE "Süß"."Größe" ("Maß" text, "group" int);
  CREATE TABLE s.parent (id int, region int, name varchar(50)) PARTITION BY LIST (region);
  CREATE TABLE s.leaf PARTITION OF s.parent FOR VALUES IN (1);
  CREATE FUNCTION s.key(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT upper($1) $$;
  CREATE FUNCTION other.key(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower($1) $$;
  CREATE MATERIALIZED VIEW s.m AS SELECT * FROM s.t`;

/** What is there, what is planned. */
const equal: [string, string, string][] = [
  ['the same', 'INDEX i ON s.t (id, name)', 'INDEX CONCURRENTLY i ON s.t (id, name)'],
  ['IF NOT EXISTS', 'INDEX i ON s.t (id)', 'INDEX CONCURRENTLY IF NOT EXISTS i ON s.t USING btree (id ASC NULLS LAST)'],
  ['a rewritten expression', 'INDEX i ON s.t (lower(name))', 'INDEX CONCURRENTLY i ON s.t (lower(name))'],
  ['a cast written otherwise', 'INDEX i ON s.t (CAST(price AS int))', 'INDEX CONCURRENTLY i ON s.t ((price::int))'],
  [
    'a rewritten predicate',
    "INDEX i ON s.t (id) WHERE name IN ('a', 'b')",
    "INDEX CONCURRENTLY i ON s.t (id) WHERE name IN ('a', 'b')",
  ],
  ['the default operator class', 'INDEX i ON s.t (title)', 'INDEX CONCURRENTLY i ON s.t (title text_ops)'],
  ['the default collation', 'INDEX i ON s.t (title)', 'INDEX CONCURRENTLY i ON s.t (title COLLATE "default")'],
  [
    'a number as text',
    "INDEX i ON s.t (id) WITH (fillfactor = '70')",
    'INDEX CONCURRENTLY i ON s.t (id) WITH (fillfactor = 70)',
  ],
  ['the default tablespace', 'INDEX i ON s.t (id)', 'INDEX CONCURRENTLY i ON s.t (id) TABLESPACE pg_default'],
  [
    'quoted names',
    'INDEX "Über" ON "Süß"."Größe" ("Maß", "group")',
    'INDEX CONCURRENTLY "Über" ON "Süß"."Größe" ("Maß", "group")',
  ],
  [
    'an expression over quoted names',
    'INDEX "Ä USING" ON "Süß"."Größe" (lower("Maß"))',
    'INDEX CONCURRENTLY "Ä USING" ON "Süß"."Größe" (lower("Maß"::text))',
  ],
  ['a name of 300 characters', `INDEX ${long} ON s.t (id)`, `INDEX CONCURRENTLY ${long} ON s.t (id)`],
  [
    'a GIN index',
    'INDEX i ON s.t USING gin (tags jsonb_path_ops)',
    'INDEX CONCURRENTLY i ON s.t USING gin (tags jsonb_path_ops)',
  ],
  ['INCLUDE', 'UNIQUE INDEX i ON s.t (id) INCLUDE (name)', 'UNIQUE INDEX CONCURRENTLY i ON s.t (id) INCLUDE (name)'],
  [
    'NULLS NOT DISTINCT',
    'UNIQUE INDEX i ON s.t (id) NULLS NOT DISTINCT',
    'UNIQUE INDEX CONCURRENTLY i ON s.t (id) NULLS NOT DISTINCT',
  ],
  [
    'a predicate with a cast',
    "INDEX i ON s.t (id) WHERE name = 'x'",
    "INDEX CONCURRENTLY i ON s.t (id) WHERE name::text = 'x'::text",
  ],
  ['another order written out', 'INDEX i ON s.t (at DESC)', 'INDEX CONCURRENTLY i ON s.t (at DESC NULLS FIRST)'],
  ['the column’s own collation', 'INDEX i ON s.t (code)', 'INDEX CONCURRENTLY i ON s.t (code COLLATE "C")'],
  [
    'on and off in other words',
    'INDEX i ON s.t (id) WITH (deduplicate_items = off)',
    'INDEX CONCURRENTLY i ON s.t (id) WITH (deduplicate_items = false)',
  ],
  [
    'storage parameters in another order',
    'INDEX i ON s.t (id) WITH (fillfactor = 70, deduplicate_items = off)',
    'INDEX CONCURRENTLY i ON s.t (id) WITH (deduplicate_items = off, fillfactor = 70)',
  ],
  [
    'parameters of an operator class',
    'INDEX i ON s.t USING gist (words tsvector_ops (siglen = 100))',
    "INDEX CONCURRENTLY i ON s.t USING gist (words tsvector_ops (siglen = '100'))",
  ],
  ['on a partition', 'INDEX i ON s.leaf (lower(name))', 'INDEX CONCURRENTLY i ON s.leaf (lower(name))'],
  ['on a partitioned table', 'INDEX i ON s.parent (lower(name))', 'INDEX i ON s.parent (lower(name))'],
  ['on a materialised view', 'INDEX i ON s.m (lower(name))', 'INDEX CONCURRENTLY i ON s.m (lower(name))'],
  ['a function of its schema', 'INDEX i ON s.t (s.key(title))', 'INDEX CONCURRENTLY i ON s.t (s.key(title))'],
];

/** What is there, what is planned, what is said. */
const different: [string, string, string, string][] = [
  ['columns', 'INDEX i ON s.t (id)', 'INDEX CONCURRENTLY i ON s.t (id, name)', 'name'],
  ['column order', 'INDEX i ON s.t (id, name)', 'INDEX CONCURRENTLY i ON s.t (name, id)', 'name, id'],
  ['sort order', 'INDEX i ON s.t (at)', 'INDEX CONCURRENTLY i ON s.t (at DESC)', 'DESC'],
  ['nulls', 'INDEX i ON s.t (at)', 'INDEX CONCURRENTLY i ON s.t (at NULLS FIRST)', 'NULLS FIRST'],
  ['method', 'INDEX i ON s.t (id)', 'INDEX CONCURRENTLY i ON s.t USING hash (id)', 'hash'],
  ['uniqueness', 'INDEX i ON s.t (id)', 'UNIQUE INDEX CONCURRENTLY i ON s.t (id)', 'unique'],
  [
    'operator class',
    'INDEX i ON s.t (title)',
    'INDEX CONCURRENTLY i ON s.t (title text_pattern_ops)',
    'text_pattern_ops',
  ],
  ['collation', 'INDEX i ON s.t (title)', 'INDEX CONCURRENTLY i ON s.t (title COLLATE "C")', '"C"'],
  ['INCLUDE', 'INDEX i ON s.t (id) INCLUDE (name)', 'INDEX CONCURRENTLY i ON s.t (id) INCLUDE (title)', 'title'],
  [
    'NULLS NOT DISTINCT',
    'UNIQUE INDEX i ON s.t (id)',
    'UNIQUE INDEX CONCURRENTLY i ON s.t (id) NULLS NOT DISTINCT',
    'nulls not distinct',
  ],
  ['predicate', 'INDEX i ON s.t (id) WHERE active', 'INDEX CONCURRENTLY i ON s.t (id) WHERE NOT active', 'NOT active'],
  ['no predicate', 'INDEX i ON s.t (id)', 'INDEX CONCURRENTLY i ON s.t (id) WHERE active', 'predicate'],
  ['storage parameters', 'INDEX i ON s.t (id)', 'INDEX CONCURRENTLY i ON s.t (id) WITH (fillfactor = 70)', '70'],
  [
    'fillfactor',
    'INDEX i ON s.t (id) WITH (fillfactor = 80)',
    'INDEX CONCURRENTLY i ON s.t (id) WITH (fillfactor = 70)',
    'fillfactor',
  ],
  [
    'deduplication',
    'INDEX i ON s.t (id)',
    'INDEX CONCURRENTLY i ON s.t (id) WITH (deduplicate_items = off)',
    'deduplicate_items',
  ],
  [
    'pending list',
    'INDEX i ON s.t USING gin (tags)',
    'INDEX CONCURRENTLY i ON s.t USING gin (tags) WITH (fastupdate = off)',
    'fastupdate',
  ],
  [
    'pages of a range',
    'INDEX i ON s.t USING brin (at)',
    'INDEX CONCURRENTLY i ON s.t USING brin (at) WITH (pages_per_range = 16)',
    '16',
  ],
  [
    'the collation of an expression',
    'INDEX i ON s.t (lower(title))',
    'INDEX CONCURRENTLY i ON s.t (lower(title COLLATE "C"))',
    '"C"',
  ],
  [
    'the column’s own collation',
    'INDEX i ON s.t (code)',
    'INDEX CONCURRENTLY i ON s.t (code COLLATE "default")',
    'COLLATE',
  ],
  ['a cast', 'INDEX i ON s.t ((price::int))', 'INDEX CONCURRENTLY i ON s.t ((price::bigint))', 'bigint'],
  [
    'parameters of an operator class',
    'INDEX i ON s.t USING gist (words)',
    'INDEX CONCURRENTLY i ON s.t USING gist (words tsvector_ops (siglen = 100))',
    'siglen',
  ],
  [
    'order of INCLUDE columns',
    'INDEX i ON s.t (id) INCLUDE (name, title)',
    'INDEX CONCURRENTLY i ON s.t (id) INCLUDE (title, name)',
    'included',
  ],
  ['expression', 'INDEX i ON s.t (lower(name))', 'INDEX CONCURRENTLY i ON s.t (upper(name))', 'upper'],
  ['table', 'INDEX i ON s.u (id)', 'INDEX CONCURRENTLY i ON s.t (id)', 'it is on the table s.u, planned on s.t'],
  ['column that is gone', 'INDEX i ON s.t (id)', 'INDEX CONCURRENTLY i ON s.t (gone)', 'column "gone" does not exist'],
];

describe.each(versions)('on PostgreSQL %i', (version) => {
  const fresh = async () => {
    const template = await createTemplate(version, 'equality', (client) => client.query(setting));
    return createDatabase(version, { template });
  };

  describe('one by one', () => {
    let database: TestDatabase;
    let session: Session;
    beforeAll(async () => {
      database = await fresh();
      session = await openInspecting(database);
    });
    afterAll(async () => {
      await session.close();
      await database.drop();
    });

    const compared = async (there: string, planned: string) => {
      await database.sql(`CREATE ${there}`);
      const { found } = await inspectOne(session, `CREATE ${planned}`);
      if (!('oid' in found)) throw new Error(`found ${found.kind}`);
      await database.sql(`DO $$ BEGIN EXECUTE 'DROP INDEX ' || ${found.oid}::regclass; END $$`);
      return found;
    };

    test.each(equal)('equal: %s', async (_, there, planned) => {
      expect(await compared(there, planned)).toMatchObject({ kind: 'equal' });
    });

    test.each(different)('different: %s', async (_, there, planned, said) => {
      const found = await compared(there, planned);
      if (found.kind !== 'different') throw new Error(`found ${found.kind}`);
      expect(found.differences.join('; ')).toContain(said);
    });
  });

  test('the search path of the plan decides which function is meant', async () => {
    const database = await fresh();
    await database.sql('CREATE INDEX i ON s.t (other.key(title))');
    const session = await inspecting(database);
    const planned = 'CREATE INDEX CONCURRENTLY i ON t (key(title))';
    expect((await inspectOne(session, `SET search_path = other, s; ${planned}`)).found.kind).toBe('equal');
    expect((await inspectOne(session, `SET search_path = s, other; ${planned}`)).found.kind).toBe('different');
    // Where our own session sees the function by its bare name, the texts look the same, and still are not.
    await session.query("SELECT set_config('search_path', 'other', false)");
    expect((await inspectOne(session, `SET search_path = s, other; ${planned}`)).found.kind).toBe('different');
  });

  test('a tablespace', async () => {
    const database = await fresh();
    const space = `space_${database.name}`;
    const client = await database.connect();
    await client.query('SET allow_in_place_tablespaces = on');
    await client.query(`CREATE TABLESPACE ${space} LOCATION ''`);
    await client.query('CREATE INDEX i ON s.t (id)');
    const session = await inspecting(database);
    const planned = `CREATE INDEX CONCURRENTLY i ON s.t (id) TABLESPACE ${space}`;
    expect((await inspectOne(session, planned)).found).toMatchObject({
      kind: 'different',
      differences: [`it is in the tablespace pg_default, planned in ${space}`],
    });
    const bySetting = `SET default_tablespace = ${space}; CREATE INDEX CONCURRENTLY i ON s.t (id)`;
    expect((await inspectOne(session, bySetting)).found.kind).toBe('different');
    await client.query(`ALTER INDEX s.i SET TABLESPACE ${space}`);
    expect((await inspectOne(session, planned)).found.kind).toBe('equal');
    expect((await inspectOne(session, bySetting)).found.kind).toBe('equal');
    await client.query('DROP INDEX s.i');
    await client.query(`DROP TABLESPACE ${space}`);
    await client.end();
  });

  test('an index on a partitioned table that is not complete', async () => {
    const database = await fresh();
    await database.sql('CREATE INDEX i ON ONLY s.parent (name)');
    const session = await inspecting(database);
    for (const only of ['ONLY ', '']) {
      const { found } = await inspectOne(session, `CREATE INDEX i ON ${only}s.parent (name)`);
      expect(found.kind).toBe('incomplete');
      const other = await inspectOne(session, `CREATE INDEX i ON ${only}s.parent (name DESC)`);
      expect(other.found.kind).toBe('different');
    }
  });

  test('where no scratch table may be made, equal is never guessed', async () => {
    const database = await fresh();
    const { user, password } = await createRole(database);
    await database.sql(`GRANT USAGE, CREATE ON SCHEMA s TO ${user}; ALTER TABLE s.t OWNER TO ${user};
      REVOKE TEMPORARY ON DATABASE ${database.name} FROM PUBLIC;
      CREATE INDEX i ON s.t (lower(name)); CREATE INDEX j ON s.t (id)`);
    const session = await inspecting(database, { user, password });
    const { found } = await inspectOne(session, 'CREATE INDEX CONCURRENTLY i ON s.t (lower(name))');
    if (found.kind !== 'different') throw new Error(`found ${found.kind}`);
    expect(found.differences.at(-1)).toContain('no scratch copy of the table could be made: permission denied');
    // The texts prove it by themselves.
    expect((await inspectOne(session, 'CREATE INDEX CONCURRENTLY j ON s.t (id)')).found.kind).toBe('equal');
  });

  test('the same search path as the server: "$user", schemas without the right, those that are not there', async () => {
    const database = await fresh();
    const { user, password } = await createRole(database);
    await database.sql(`CREATE SCHEMA ${user} AUTHORIZATION ${user}; CREATE TABLE ${user}.t (a int); ALTER TABLE ${user}.t OWNER TO ${user};
      GRANT USAGE ON SCHEMA other TO ${user}; CREATE TABLE other.t (a int)`);
    const session = await inspecting(database, { user, password });
    const schemaOf = async (sql: string) => (await inspectOne(session, sql)).table?.schema;
    const planned = 'CREATE INDEX CONCURRENTLY i ON t (a)';
    expect(await schemaOf(planned)).toBe(user);
    expect(await schemaOf(`SET search_path = nowhere, s, "$user", other; ${planned}`)).toBe(user);
    expect(await schemaOf(`SET search_path = nowhere, s, other; ${planned}`)).toBe('other');
    expect(await schemaOf(`SET search_path = s; ${planned}`)).toBeUndefined();
  });

  test('functions of an index run with the rights of the owner of the table, also on the scratch copy', async () => {
    const database = await fresh();
    const { user } = await createRole(database);
    await database.sql(`CREATE TABLE s.mine (a text); ALTER TABLE s.mine OWNER TO ${user}; GRANT USAGE ON SCHEMA s TO ${user};
      CREATE FUNCTION s.who(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'as %', current_user; END $$;
      CREATE INDEX i ON s.mine (a)`);
    const session = await inspecting(database);
    const { found } = await inspectOne(session, "CREATE INDEX CONCURRENTLY i ON s.mine ((a || s.who('x')))");
    if (found.kind !== 'different') throw new Error(`found ${found.kind}`);
    expect(found.differences.at(-1)).toContain(`as ${user}`);
  });
});
