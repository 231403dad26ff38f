import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogOf, withoutLedger } from '../../support/catalog.ts';
import { createDatabase } from '../../support/database.ts';
import { inLedger, ledgerOf } from '../../support/ledger.ts';
import { idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';
import { endSessions, heldRun, makeTables, TWO_INDEXES, twoTables } from '../../support/two-tables.ts';

const plan = `${TWO_INDEXES}ANALYZE courses;`;

const logOf = (run: TestRun): string => readFileSync(join(run.dir, 'engine.log'), 'utf8');

describe.each(versions)('a run with a ledger, on PostgreSQL %i', (version) => {
  it('writes nothing before the go', async () => {
    const database = await twoTables(version);
    const before = await catalogOf(database);
    const run = await startRun(database, plan);
    await run.until((state) => state.phase === 'ready');
    expect(run.state().preflight?.findings).toContainEqual(
      expect.objectContaining({ level: 'ok', code: 'ledger', what: 'The go makes a ledger in the schema indexdeck.' }),
    );
    await run.command({ type: 'abort' });
    expect((await run.end()).outcome).toMatchObject({
      status: 4,
      reason: expect.stringMatching(/nothing was changed$/),
    });
    expect(await catalogOf(database)).toEqual(before);
  });

  it('has every intent in the ledger before the act', async () => {
    const database = await twoTables(version);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
    const copy = await poll(async () => {
      const found = await ledgerOf(database, run.state().run).catch(() => null);
      return found?.events.some(({ type }) => type === 'build.phase_entered') ? found : null;
    });
    expect(copy.events).toEqual(run.events().slice(0, copy.events.length));
    await poll(async () => (await database.sql('SELECT FROM indexdeck.samples')).length === 1);
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    // In the order in which the server got them.
    const sent = (await database.log()).filter(
      ({ application, level }) => level !== 'STATEMENT' && application.startsWith('indexdeck '),
    );
    for (const [event, act] of [
      ['build.started', 'CREATE INDEX CONCURRENTLY idx_dishes_name'],
      ['build.started', 'CREATE INDEX CONCURRENTLY idx_courses_name'],
      ['statement.started', 'ANALYZE courses'],
    ] as const) {
      const acted = sent.findIndex(({ text }) => text.startsWith(`statement: ${act}`));
      // One after the other, as an array's elements stand in the log.
      const said = sent.findIndex(({ text }) =>
        text.split('{\\"seq\\":').some((each) => each.includes(`\\"type\\":\\"${event}\\"`) && each.includes(act)),
      );
      expect([act, said >= 0, said < acted]).toEqual([act, true, true]);
    }
  });

  it('survives the loss of its session, without a word missing', async () => {
    const database = await twoTables(version);
    const { run, forgotten } = await heldRun(database, plan);
    await endSessions(database, 'ledger');
    await run.until(() => run.of('connection.restored').some(({ session }) => session === 'ledger'));
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(run.of('ledger.failed')).toEqual([]);
    expect(await sessionsOf(database)).toEqual([]);
  });

  it('--no-ledger writes nothing but the indexes', async () => {
    const database = await twoTables(version);
    const before = await catalogOf(database);
    const run = await startRun(database, plan, { options: { ledger: null } });
    await run.go();
    expect((await run.end()).outcome?.status).toBe(0);
    const after = await catalogOf(database);
    expect(withoutLedger(after).ledger).toEqual([]);
    expect(after.filter(({ owner }) => !/^public\.idx_(dishes|courses)_name$/.test(owner))).toEqual(before);
    expect((await database.log()).filter(({ application }) => application.startsWith('indexdeck ledger'))).toEqual([]);
  });

  it('two runs share it', async () => {
    const database = await twoTables(version);
    const ids: string[] = [];
    for (const _ of [1, 2]) {
      const run = await startRun(database, plan);
      await run.go();
      ids.push((await run.end()).run);
    }
    expect(
      await inLedger(
        database,
        async ({ client }) => (await client.query('SELECT run, status FROM runs ORDER BY started_at')).rows,
      ),
    ).toEqual(ids.map((run) => ({ run, status: 0 })));
    expect((await ledgerOf(database))?.run).toBe(ids[1]);
  });

  it('without the right to make one: said beforehand, said once more, and all is built', async () => {
    const database = await createDatabase(version);
    const role = `poor_${database.name}`;
    await database.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'p' IN ROLE pg_monitor`);
    await makeTables(database);
    await database.sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${role}`);
    for (const table of ['dishes', 'courses']) await database.sql(`ALTER TABLE ${table} OWNER TO ${role}`);
    try {
      const run = await startRun(database, plan, { connection: { user: role, password: 'p' }, ledgerLacks: true });
      await run.go();
      expect(run.state().preflight?.findings).toContainEqual(
        expect.objectContaining({
          level: 'warning',
          code: 'no-ledger',
          advice: expect.stringContaining(`CREATE SCHEMA indexdeck AUTHORIZATION ${role}`),
        }),
      );
      expect((await run.end()).outcome?.status).toBe(0);
      expect(run.of('ledger.failed')).toHaveLength(1);
      expect(run.state().ledgerFailed?.error.message).toContain('may not create the schema indexdeck');
      expect(await database.sql("SELECT FROM pg_namespace WHERE nspname = 'indexdeck'")).toEqual([]);
    } finally {
      await database.sql(`DROP OWNED BY ${role} CASCADE`);
      await database.sql(`DROP ROLE ${role}`);
    }
  });

  it('that another engine has taken over: it stops with status 5 and touches nothing', async () => {
    const database = await createDatabase(version, { mayLeaveSessions: true });
    await makeTables(database);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    const state = await run.until((now) => now.steps[0]?.phase?.name === 'waiting for old snapshots');
    const sent = (await database.statementLog()).length;
    await database.sql(
      `INSERT INTO indexdeck.events SELECT run, seq + 1, now(), 'run.paused', '{}' FROM indexdeck.runs WHERE run = $1`,
      [state.run],
    );
    // The next event, such as that somebody joined, finds its number taken.
    await run.command({ type: 'pause' });
    await poll(() => !existsSync(join(run.dir, 'engine.pid')));
    expect(logOf(run)).toMatch(/superseded: the ledger has /);
    expect(run.of('run.finished')).toEqual([]);
    const later = (await database.statementLog())
      .slice(sent)
      .filter(({ application }) => application.startsWith('indexdeck '));
    expect(later.filter(({ text }) => /pg_(cancel|terminate)_backend|DROP/.test(text))).toEqual([]);
    // What it began goes on, for the other one to adopt.
    await forgotten.release();
    await poll(async () => (await sessionsOf(database)).length === 0);
    expect(await invalidIndexes(database)).toEqual([]);
  });
});
