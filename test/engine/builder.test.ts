import { expect, it } from 'vitest';
import { type BuilderContext, build } from '../../src/engine/builder.ts';
import { KeptSession } from '../../src/engine/kept-session.ts';
import { buildingSettings, Session, watchingSettings } from '../../src/engine/session.ts';
import { Core, createIndex, factsOf, planOf, section } from '../support/core.ts';
import { createDatabase } from '../support/database.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { startServer, versions } from '../support/server.ts';
import { holdWalWriter, WAL_WRITER_ALONE } from '../support/wal-writer.ts';

const hooks = { lost: () => undefined, restored: () => undefined };

it.each(versions)('PostgreSQL %i: a crash takes a reported success back: what is left is ours', async (version) => {
  const server = await startServer({ version, flags: { ...WAL_WRITER_ALONE, synchronous_commit: 'off' } });
  const database = await createDatabase(version, { server, mayLeaveSessions: true });
  await database.sql('CREATE TABLE t (a int)');
  const forgotten = await idleInTransaction(database);
  const core = new Core(planOf(section('one', [createIndex('i', 't')])));
  const [{ oid = 0 } = {}] = await database.sql<{ oid: number }>("SELECT 't'::regclass::oid::int AS oid");
  core.go(factsOf(core.state, { tables: [{ oid, schema: 'public', name: 't', rows: 0, bytes: 0 }] }));
  const open = (name: string) => {
    const { host, port, user, password } = server;
    const connection = { host, port, user, password, database: database.name };
    const settings = name === 'builder1' ? buildingSettings : watchingSettings;
    return Session.open({ connection, run: 'r', name, settings });
  };
  const context: BuilderContext = {
    control: new KeptSession('control', open, hooks),
    // The look that follows the success is what opens it.
    inspect: new KeptSession(
      'inspect',
      async (name) => {
        await crash();
        await server.start();
        return open(name);
      },
      hooks,
    ),
    identified: () => undefined,
    heard: new Set(),
    heardNames: new Map(),
    unsent: new Set(),
  };
  const session = await open('builder1');
  const [step] = core.state.steps;
  if (step === undefined || step.step.kind !== 'create-index') throw new Error('no step');
  const building = build(context, session, core.state, { ...step, tableOid: oid }, step.step, () => null);
  await poll(
    async () =>
      (await database.sql("SELECT FROM pg_stat_progress_create_index WHERE phase = 'waiting for old snapshots'"))
        .length > 0,
  );
  await database.sql('CHECKPOINT');
  const crash = await holdWalWriter(database, server);
  await forgotten.release();
  const outcome = await building;
  const there = await database.sql<{ oid: number; valid: boolean }>(
    "SELECT indexrelid::int AS oid, indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('i')",
  );
  await context.inspect.stop();
  expect(there).toEqual([{ oid: expect.any(Number), valid: false }]);
  expect(outcome).toMatchObject({
    kind: 'failed',
    error: { message: expect.stringContaining('reported success') },
    leftover: { oid: there[0]?.oid, schema: 'public', name: 'i', ours: true },
  });
});
