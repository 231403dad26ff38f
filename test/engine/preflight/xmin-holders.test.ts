import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { xminHolders as rule } from '../../../src/engine/preflight/rules/xmin-holders.ts';
import { stallingTransactions } from '../../../src/queries/stalling_transactions.ts';
import type { XminHolder } from '../../../src/queries/xmin_holders.ts';
import { createDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { startServer, startStandby, versions } from '../../support/server.ts';
import { factsWhere } from './facts.ts';
import { coded, preflightOf } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a)';

const slot: XminHolder = { kind: 'slot', name: 'sub', type: 'logical', active: true, age: 12, client: null };
const judge = (...holders: Partial<XminHolder>[]) =>
  rule(factsWhere({ xminHolders: holders.map((changes) => ({ ...slot, ...changes })) }));

test('those that keep up are counted; those far behind are named; none is nothing', () => {
  expect(judge()).toEqual([]);
  expect(judge({}, { age: 3 })).toMatchObject([
    {
      level: 'ok',
      what: '2 replication slots and standbys hold back vacuum, by at most 12 transactions; no build waits for them.',
    },
  ]);
  expect(judge({ kind: 'standby', name: 'eu', client: '10.0.0.7', type: null, age: 1_200_000 }, {})).toMatchObject([
    { level: 'note', what: 'Vacuum is held back by the standby "eu" at 10.0.0.7 (1,200,000 transactions).' },
  ]);
  const many = Array.from({ length: 12 }, (_, n) => ({ name: `s${n}`, active: false }));
  expect(judge(...many)).toMatchObject([{ level: 'warning', what: expect.stringMatching(/and 2 more\.$/) }]);
});

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a standby that reports an old snapshot holds back vacuum, and no build', async () => {
    const { primary, standby } = await startStandby(version);
    const database = await createDatabase(version, { server: primary });
    await database.sql('CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 1000)');
    const replica = await poll(async () => {
      const client = new pg.Client({ connectionString: standby.url(database.name) });
      return client.connect().then(
        () => client,
        () => null,
      );
    });
    await replica.query('ALTER SYSTEM SET hot_standby_feedback = on');
    await replica.query("ALTER SYSTEM SET wal_receiver_status_interval = '1s'");
    await replica.query('SELECT pg_reload_conf()');
    await poll(async () => (await replica.query("SELECT FROM pg_class WHERE relname = 't'")).rowCount === 1);
    await replica.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await replica.query('SELECT count(*) FROM t');
    await poll(async () => {
      await database.sql('DELETE FROM t WHERE a = (SELECT min(a) FROM t)');
      return (await database.sql('SELECT FROM pg_stat_replication WHERE age(backend_xmin) > 3')).length === 1;
    }, 30_000);
    const facts = await preflightOf(database, INDEX);
    expect(coded(facts, 'vacuum-held-back')).toMatchObject([
      { level: 'ok', what: expect.stringMatching(/^1 replication slot or/) },
    ]);
    expect(coded(facts, 'old-transaction')).toEqual([]);
    await database.sql(INDEX);
    expect(await database.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")).toEqual([
      { indisvalid: true },
    ]);
    // It was there all the while.
    expect(await database.sql('SELECT FROM pg_stat_replication WHERE age(backend_xmin) > 3')).toHaveLength(1);
    await replica.query('ROLLBACK');
    await replica.end();
  });

  test('an idle slot is a warning, and no build waits for it; one that is being made stalls them', async () => {
    const server = await startServer({ version, flags: { wal_level: 'logical' } });
    const database = await createDatabase(version, { server });
    await database.sql('CREATE TABLE t (a int)');
    await database.sql("SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')");
    const [warning] = coded(await preflightOf(database, INDEX), 'idle-slot');
    expect(warning).toMatchObject({
      level: 'warning',
      what: expect.stringMatching(
        /^Nobody reads from the replication slot left_behind \(logical, \d+ transactions? behind\)\.$/,
      ),
      advice: expect.stringContaining("pg_drop_replication_slot('left_behind')"),
    });
    await database.sql(INDEX);
    // CREATE_REPLICATION_SLOT exports its snapshot and holds it: a backend of this database, like any other.
    const config = {
      connectionString: database.connectionString,
      replication: 'database',
      application_name: 'copying',
    };
    const subscriber = new pg.Client(config as pg.ClientConfig);
    await subscriber.connect();
    await subscriber.query('CREATE_REPLICATION_SLOT copying TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT');
    const client = await database.connect();
    const found = await stallingTransactions(
      { query: async (text, values) => (await client.query(text, [...(values ?? [])])).rows },
      { ours: [], tables: [], leastAgeS: 0 },
    );
    expect(found).toMatchObject([{ application: 'copying', snapshot: true }]);
    await client.query("SET lock_timeout = '1s'");
    await expect(client.query('CREATE INDEX CONCURRENTLY j ON t (a)')).rejects.toMatchObject({ code: '55P03' });
    await client.end();
    await subscriber.end();
  });
});
