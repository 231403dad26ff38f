import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { versions } from '../../support/server.ts';
import { coded, preflightOf } from './support.ts';

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('what would be dropped, and whom the drops would wait for: readers too, snapshots alone not', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE INDEX there ON u (a)');
    const plan = `CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY there ON u (a);
      CREATE INDEX CONCURRENTLY j ON t ((a + 1));`;
    const alone = 'Rolled back, this run would drop 2 indexes on 1 table: i, j.';
    expect(coded(await preflightOf(database, plan), 'rollback-rehearsed')).toMatchObject([
      { level: 'ok', what: `${alone} At this moment no transaction is there that a drop would wait for.` },
    ]);
    const snapshot = await idleInTransaction(database);
    const elsewhere = await holdLock(database, 'u', 'ACCESS SHARE');
    expect(coded(await preflightOf(database, plan), 'rollback-rehearsed')).toMatchObject([{ level: 'ok' }]);
    const reader = await holdLock(database, 't', 'ACCESS SHARE');
    const [note] = coded(await preflightOf(database, plan), 'rollback-rehearsed');
    expect(note?.level).toBe('note');
    expect(note?.what).toContain(
      `: public.t for pid ${reader.pid} (user postgres, "lock-holder", idle in transaction), `,
    );
    // And that is how it is.
    await elsewhere.release();
    await database.sql('CREATE INDEX i ON t (a)');
    const dropper = await database.connect({ application_name: 'dropper' });
    const drop = dropper.query('DROP INDEX CONCURRENTLY i');
    const blockers = async () =>
      (
        await database.sql(`SELECT pg_blocking_pids(pid) AS pids FROM pg_stat_activity
        WHERE application_name = 'dropper' AND datname = current_database() AND wait_event_type = 'Lock'`)
      )[0]?.pids;
    expect(await poll(blockers)).toEqual([reader.pid]);
    await reader.release();
    await drop;
    await dropper.end();
    await snapshot.release();
  });

  test('what the server refuses is not among it; what is made of parts is, and what the plan drops comes back', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
      CREATE TABLE t AS SELECT generate_series(1, 1000) AS a; ANALYZE t; CREATE INDEX old ON t (a); CREATE INDEX gone ON t (a DESC)`);
    const plan = `CREATE INDEX CONCURRENTLY parted ON p (a); CREATE INDEX CONCURRENTLY bad ON t (nothing);
      DROP INDEX CONCURRENTLY old; CREATE INDEX CONCURRENTLY old ON t (a, a); DROP INDEX CONCURRENTLY gone;`;
    const facts = await preflightOf(database, plan, { allowDrops: true });
    expect(coded(facts, 'rollback-rehearsed')[0]?.what).toContain(
      'Rolled back, this run would drop 2 indexes on 2 tables: parted, old, those on partitioned tables with all their ' +
        'parts, and build again what the plan drops: old, gone.',
    );
    // Also the one whose name is taken until the plan has dropped the other, and that of parts, are estimated.
    const size = (step: number) => facts.estimates?.find((each) => each.step === step)?.bytes;
    const known = expect.objectContaining({ mid: expect.any(Number) });
    expect([size(0), size(3)]).toEqual([known, known]);
  });

  test('a prepared transaction, and the oldest of several', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int); CREATE TABLE u (a int)');
    await database.sql("BEGIN; INSERT INTO u VALUES (1); PREPARE TRANSACTION 'half'");
    const first = await holdLock(database, 't', 'ACCESS SHARE');
    const second = await holdLock(database, 't', 'ROW EXCLUSIVE');
    const plan = 'CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON u (a);';
    const [note] = coded(await preflightOf(database, plan), 'rollback-rehearsed');
    expect(note?.what).toContain(`public.t for pid ${first.pid} `);
    expect(note?.what).not.toContain(`pid ${second.pid} `);
    expect(note?.what).toContain('public.u for the prepared transaction "half" of postgres, ');
    await first.release();
    await second.release();
  });
});
