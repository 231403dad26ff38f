import { describe, expect, test } from 'vitest';
import { findLeftover, indexFacts, takeBaseline, verifyIndexes } from '../../../src/engine/catalog/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { versions } from '../../support/server.ts';
import { createRole, inspecting, targetsOf } from './support.ts';

const oidOf = async (database: TestDatabase, relation: string): Promise<number> =>
  (await database.sql('SELECT $1::regclass::oid AS oid', [relation]))[0].oid;

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('findLeftover: what stands there, its state, and who is at work on it', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE "T ä" (a int, CONSTRAINT backed UNIQUE (a)); INSERT INTO "T ä" VALUES (1);
      CREATE TABLE u (b int); INSERT INTO u VALUES (1), (1)`);
    const session = await inspecting(database);
    const tableOid = await oidOf(database, '"T ä"');
    const u = await oidOf(database, 'u');
    const find = (name: string, table = tableOid) => findLeftover(session, { schema: 'public', name, tableOid: table });
    expect(await find('nothing')).toBeNull();
    expect(await find('backed', u)).toBeNull();
    expect(await find('backed')).toMatchObject({ valid: true, ready: true, constraint: true, building: null });
    await expect(database.sql('CREATE UNIQUE INDEX CONCURRENTLY "L ü" ON u (b)')).rejects.toThrow();
    const oid = await oidOf(database, '"L ü"');
    expect(await find('L ü', u)).toMatchObject({ oid, valid: false, constraint: false, building: null });

    const writer = await holdLock(database, '"T ä"', 'ROW EXCLUSIVE');
    const builder = await database.connect();
    const build = builder.query('CREATE INDEX CONCURRENTLY slow ON "T ä" (a)');
    const seen = await poll(async () => (await find('slow'))?.building);
    expect(seen).toBe((builder as unknown as { processID: number }).processID);
    await writer.release();
    await build;
    await builder.end();
    expect(await find('slow')).toMatchObject({ valid: true, building: null });
  });

  test('indexFacts: from the disk, or from the catalog where a lock is in the way', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n; CREATE INDEX i ON t (n)');
    const session = await inspecting(database);
    const oid = await oidOf(database, 'i');
    const facts = await indexFacts(session, oid);
    expect(facts).toMatchObject({ oid, valid: true, ready: true, live: true, bytesFrom: 'disk' });
    expect(facts?.definition).toBe('CREATE INDEX i ON public.t USING btree (n)');
    const client = await database.connect();
    await client.query('BEGIN; LOCK TABLE t; REINDEX INDEX i');
    const began = performance.now();
    const behind = await indexFacts(session, oid);
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(behind).toMatchObject({ bytesFrom: 'catalog', bytes: facts?.bytes, definition: null });
    await client.query('ROLLBACK');
    await client.end();
    await database.sql('DROP INDEX i');
    expect(await indexFacts(session, oid)).toBeNull();
  });

  test('takeBaseline: the indexes of the schemas of the plan', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int primary key, x int);
      CREATE INDEX idx_t_x ON a.t (x); CREATE INDEX idxyt ON a.t (x); CREATE TABLE b.t (id int primary key)`);
    const session = await inspecting(database);
    const locked = await holdLock(database, 'a.t');
    expect(await takeBaseline(session, ['a', 'a'])).toMatchObject({ indexes: 3, idxIndexes: 1, schemas: ['a'] });
    const both = await takeBaseline(session, ['b', 'a']);
    expect(both).toMatchObject({ indexes: 4, schemas: ['a', 'b'] });
    expect(both.databaseBytes).toBeGreaterThan(1_000_000);
    await locked.release();
  });

  test('takeBaseline: a size that may not be asked is unknown', async () => {
    const database = await createDatabase(version);
    const role = await createRole(database);
    const session = await inspecting(database, role);
    await database.sql(`REVOKE CONNECT ON DATABASE ${database.name} FROM PUBLIC`);
    expect(await takeBaseline(session, ['public'])).toEqual({
      indexes: 0,
      present: [],
      idxIndexes: 0,
      schemas: ['public'],
      databaseBytes: null,
    });
  });

  test('verifyIndexes: only what is proven is ok', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (a int, b varchar); INSERT INTO t VALUES (1), (1);
      CREATE INDEX good ON t (a); CREATE INDEX rewritten ON t (lower(b)); CREATE INDEX other ON t (b);
      CREATE TABLE parent (a int) PARTITION BY LIST (a); CREATE INDEX p ON parent (a)`);
    await expect(database.sql('CREATE UNIQUE INDEX CONCURRENTLY bad ON t (a)')).rejects.toThrow();
    const session = await inspecting(database);
    const targets =
      await targetsOf(`CREATE INDEX CONCURRENTLY good ON t (a); CREATE INDEX CONCURRENTLY rewritten ON t (lower(b));
      CREATE INDEX CONCURRENTLY other ON t (a); CREATE UNIQUE INDEX CONCURRENTLY bad ON t (a);
      CREATE INDEX CONCURRENTLY missing ON t (a); CREATE INDEX CONCURRENTLY n ON nowhere (a);
      CREATE INDEX p ON parent (a);`);
    const results = await verifyIndexes(session, targets);
    expect(results.map(({ step, ok }) => [step, ok])).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [3, false],
      [4, false],
      [5, false],
      [6, true],
    ]);
    expect(results[0]).toMatchObject({ problems: [], oid: await oidOf(database, 'good'), bytes: 16384 });
    expect(results.slice(2, 6).map(({ problems }) => problems[0])).toEqual([
      expect.stringContaining('not as planned: columns'),
      'it is not valid: queries do not use it',
      'there is no index missing',
      expect.stringContaining('There is no table "nowhere"'),
    ]);
  });
});
