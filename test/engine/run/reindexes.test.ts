import { describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, type Scene } from '../../support/locks.ts';
import { makeOrders } from '../../support/partitioned.ts';
import { poll } from '../../support/poll.ts';
import {
  invalidIndexes,
  type RunSetup,
  resumeRun,
  rollbackRun,
  sessionsOf,
  startRun,
  type TestRun,
} from '../../support/run.ts';
import { type ServerVersion, versions } from '../../support/server.ts';
import { makeTables } from '../../support/two-tables.ts';

interface Listed {
  oid: number;
  name: string;
  table: string;
  valid: boolean;
  definition: string;
  comment: string | null;
  targets: string | null;
}

/** Every index of the schema, and those of TOAST tables of its tables. */
const indexesOf = (database: TestDatabase): Promise<Listed[]> =>
  database.sql(
    `SELECT c.oid::int, c.relname AS name, indrelid::regclass::text AS table, indisvalid AS valid,
            pg_get_indexdef(c.oid) AS definition, obj_description(c.oid, 'pg_class') AS comment,
            (SELECT string_agg(attnum || '=' || attstattarget, ',' ORDER BY attnum)
             FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attstattarget >= 0) AS targets
     FROM pg_index JOIN pg_class c ON c.oid = indexrelid
     WHERE EXISTS (SELECT FROM pg_class t WHERE t.relnamespace = 'public'::regnamespace AND indrelid IN (t.oid, t.reltoastrelid))
     ORDER BY c.relname`,
  );

const withoutOid = (indexes: readonly Listed[]) => indexes.map(({ oid: _, ...rest }) => rest);

/** Names of those that have another OID by now. */
const rebuilt = (before: readonly Listed[], after: readonly Listed[]): string[] =>
  after
    .filter(({ name, oid }) => before.some((index) => index.name === name && index.oid !== oid))
    .map(({ name }) => name);

const prepared = async (version: ServerVersion): Promise<TestDatabase> => {
  const database = await createDatabase(version, { mayLeaveSessions: true });
  await makeTables(database, { tables: ['courses', 'dishes'] });
  for (const sql of [
    'CREATE UNIQUE INDEX by_name ON dishes (lower(name) DESC, id) INCLUDE (name) WITH (fillfactor = 70) WHERE id > 0',
    "COMMENT ON INDEX by_name IS 'it''s the kitchen''s'",
    'ALTER INDEX by_name ALTER COLUMN 1 SET STATISTICS 321',
    'CREATE INDEX "By Name" ON courses (name)',
    'ALTER TABLE courses ADD COLUMN r int4range, ADD EXCLUDE USING gist (r WITH &&)',
  ])
    await database.sql(sql);
  return database;
};

const start = (database: TestDatabase, sql: string, { plan, options, ...setup }: RunSetup = {}): Promise<TestRun> =>
  startRun(database, sql, {
    plan: { allowDrops: true, ...plan },
    options: { quickLook: true, ...options },
    ...setup,
  });

const expectClean = async (run: TestRun, foreign: string[] = []): Promise<void> => {
  expect(await invalidIndexes(run.database)).toEqual(foreign);
  expect(await sessionsOf(run.database)).toEqual([]);
};

const ONE = 'REINDEX INDEX CONCURRENTLY by_name;';

/** Where a rebuild is held: by a writer before the new index is built, or by a reader when it has the name already. */
type Held = 'before' | 'after';

const HOLDS = { before: 'ROW EXCLUSIVE', after: 'ACCESS SHARE' } as const;
const PHASE = { before: 'waiting for writers before build', after: 'waiting for readers before marking dead' };

const phaseOf = async (database: TestDatabase): Promise<string | undefined> =>
  (await database.sql<{ phase: string }>('SELECT phase FROM pg_stat_progress_create_index'))[0]?.phase;

const held = async (
  database: TestDatabase,
  where: Held,
  setup: RunSetup = {},
): Promise<{ run: TestRun; lock: Scene }> => {
  const lock = await holdLock(database, 'dishes', HOLDS[where]);
  const run = await start(database, ONE, setup);
  await run.go();
  await poll(async () => (await phaseOf(database)) === PHASE[where]);
  await run.until((state) => state.steps[0]?.oid);
  return { run, lock };
};

/** Two indexes as failed rebuilds of others left them, with the very names that the server would choose. */
const leaveForeign = async (database: TestDatabase): Promise<string[]> => {
  const names = ['by_name_ccnew', 'by_name_ccold'];
  const definition = '(lower(name) DESC, id) INCLUDE (name) WITH (fillfactor = 70) WHERE id > 0';
  for (const name of names) {
    await database.sql(`CREATE UNIQUE INDEX ${name} ON dishes ${definition}`);
    await database.sql(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${name}'::regclass`);
  }
  return names;
};

describe.each(versions)('rebuilds of the plan on PostgreSQL %i', (version) => {
  it('each index gets another OID and stays what it was, and a rollback leaves it alone', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const run = await start(
      database,
      `${ONE}\nREINDEX (VERBOSE, CONCURRENTLY) TABLE courses;\nANALYZE courses;\nCREATE INDEX CONCURRENTLY own ON courses (id, name);`,
    );
    await run.until((state) => state.phase === 'ready');
    const findings = run.state().preflight?.findings ?? [];
    expect(findings.filter(({ code }) => code === 'planned-reindex').map(({ what }) => what)).toEqual([
      expect.stringMatching(
        /^public\.by_name \(oid \d+\) will be rebuilt: valid, .* There: CREATE UNIQUE INDEX by_name ON public\.dishes/,
      ),
      expect.stringMatching(
        /^3 indexes of courses will be rebuilt, one statement each, .*: By Name, courses_pkey, the TOAST index of courses\.$/,
      ),
    ]);
    expect(findings.find(({ code }) => code === 'reindex-skipped')?.what).toContain(
      'public.courses_r_excl: it backs an exclusion constraint',
    );
    await run.go();
    expect((await run.end()).outcome).toEqual({
      status: 0,
      reason: '1 index built, 4 rebuilt, all verified',
      leftToDo: [],
    });
    const after = (await indexesOf(database)).filter(({ name }) => name !== 'own');
    expect(withoutOid(after)).toEqual(withoutOid(before));
    expect(rebuilt(before, after)).toEqual([
      'By Name',
      'by_name',
      'courses_pkey',
      expect.stringMatching(/^pg_toast_\d+_index$/),
    ]);
    const [intent] = run.of('build.started');
    const old = before.find(({ name }) => name === 'by_name');
    expect(intent).toMatchObject({
      sql: 'REINDEX INDEX CONCURRENTLY public.by_name',
      replaces: { oid: old?.oid, definition: old?.definition, valid: true, others: [] },
    });
    expect(run.of('build.finished')[0]).toMatchObject({
      oid: after.find(({ name }) => name === 'by_name')?.oid,
      replaced: { oid: old?.oid },
    });
    // ANALYZE comes after all of its table.
    expect(run.of('statement.started')).toHaveLength(1);
    const order = run.events().map((event) => `${event.type} ${'name' in event ? event.name : ''}`);
    for (const { name } of after.filter(({ table }) => table.includes('courses') || table.includes('toast')))
      if (rebuilt(before, after).includes(name))
        expect(order.indexOf(`build.finished ${name}`)).toBeLessThan(order.indexOf('statement.started '));
    const sent = (await database.statementLog())
      .filter(({ text }) => /^\s*REINDEX/i.test(text))
      .map(({ text }) => text);
    expect(sent.sort()).toEqual([
      `REINDEX INDEX CONCURRENTLY pg_toast.${after.find(({ name }) => name.startsWith('pg_toast'))?.name}`,
      'REINDEX INDEX CONCURRENTLY public."By Name"',
      'REINDEX INDEX CONCURRENTLY public.by_name',
      'REINDEX INDEX CONCURRENTLY public.courses_pkey',
    ]);
    await expectClean(run);
    const back = await rollbackRun(run);
    await back.until((state) => state.survey !== null);
    expect(back.state().survey?.indexes.map(({ name }) => name)).toEqual(['own']);
    await back.command({ type: 'roll-back', oids: [], all: true, confirm: database.name });
    const state = await back.end();
    expect(state.rollback).toMatchObject({
      dropped: [{ name: 'own' }],
      differences: { added: [], missing: [], changed: [] },
    });
    expect(await indexesOf(database)).toEqual(after);
  });

  it('cancelled before the new index has the name: what it began is dropped, and nothing that was there before', async () => {
    const database = await prepared(version);
    const foreign = await leaveForeign(database);
    const before = await indexesOf(database);
    const { run, lock } = await held(database, 'before', { options: { onError: 'skip' } });
    expect(await invalidIndexes(database)).toEqual([...foreign, 'by_name_ccnew1'].sort());
    expect(await run.command({ type: 'cancel-build', step: 0 })).toMatchObject({ ok: true });
    await run.until(() => run.of('build.cancelled').length === 1);
    // A drop waits for it too.
    await lock.release();
    await run.until((state) => state.steps[0]?.status === 'failed');
    expect((await run.end()).outcome?.status).toBe(1);
    expect(run.of('build.cancelled')[0]?.leftover).toMatchObject({ name: 'by_name_ccnew1', ours: true });
    expect(await indexesOf(database)).toEqual(before);
    await expectClean(run, foreign);
  });

  it('cancelled when the new index has the name: it is done, and the old one is dropped', async () => {
    const database = await prepared(version);
    const foreign = await leaveForeign(database);
    const before = await indexesOf(database);
    const { run, lock } = await held(database, 'after');
    await run.until((state) => state.steps[0]?.phase?.name === PHASE.after);
    expect(run.state().steps[0]?.phase).toMatchObject({ no: 9, of: 10 });
    await run.command({ type: 'cancel-build', step: 0 });
    await run.until((state) => state.steps[0]?.status === 'dropping');
    await lock.release();
    expect((await run.end()).outcome?.status).toBe(0);
    const old = before.find(({ name }) => name === 'by_name')?.oid;
    expect(run.of('build.finished')[0]?.leftover).toMatchObject({ oid: old, name: 'by_name_ccold1', ours: true });
    expect(run.of('drop.started')).toMatchObject([{ oid: old, why: 'replaced' }]);
    expect(rebuilt(before, await indexesOf(database))).toEqual(['by_name']);
    await expectClean(run, foreign);
  });

  it.each(['before', 'after'] as const)(
    'aborted %s the new index has the name: nothing invalid is left',
    async (where) => {
      const database = await prepared(version);
      const before = await indexesOf(database);
      const { run, lock } = await held(database, where);
      await run.command({ type: 'abort' });
      await poll(async () => (await phaseOf(database)) === undefined);
      await lock.release();
      expect((await run.end()).outcome?.status).toBe(4);
      expect(rebuilt(before, await indexesOf(database))).toEqual(where === 'after' ? ['by_name'] : []);
      await expectClean(run);
    },
  );

  it.each(['before', 'after'] as const)(
    'after a kill -9 %s the new index has the name it is gone on with',
    async (where) => {
      const database = await prepared(version);
      const before = await indexesOf(database);
      const { run, lock } = await held(database, where);
      await run.kill();
      const again = await resumeRun(run, { endOrphans: true });
      await again.until((state) => state.phase === 'ready');
      expect(again.state().preflight?.findings.find(({ code }) => code === 'resumed-reindex')?.what).toContain(
        where === 'after' ? 'is new by now' : 'is as it was so far',
      );
      await again.go();
      await again.until(() => again.of('build.finished').length + again.of('build.cancelled').length > 0);
      await lock.release();
      expect((await again.end()).outcome).toMatchObject({ status: 0 });
      expect(again.of('build.finished')).toMatchObject([
        where === 'after' ? { unwatched: true, leftover: { name: 'by_name_ccold' } } : { attempt: 2 },
      ]);
      expect(rebuilt(before, await indexesOf(database))).toEqual(['by_name']);
      await expectClean(again);
    },
  );

  it('a backend that went on by itself is adopted', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const { run, lock } = await held(database, 'before', {
      plan: {},
      options: { settings: { client_connection_check_interval: '0' } },
    });
    await run.kill();
    const again = await resumeRun(run);
    await again.go();
    await lock.release();
    expect((await again.end()).outcome).toMatchObject({ status: 0 });
    expect(rebuilt(before, await indexesOf(database))).toEqual(['by_name']);
    await expectClean(again);
  });

  it('of a partitioned index, and of a partitioned table, every leaf is rebuilt by itself', async () => {
    const database = await createDatabase(version, { mayLeaveSessions: true });
    await makeOrders(database);
    await database.sql('CREATE INDEX by_customer ON orders (customer)');
    await database.sql('CREATE INDEX only_rest ON orders_rest (id)');
    const before = await indexesOf(database);
    const run = await start(
      database,
      'REINDEX INDEX CONCURRENTLY by_customer;\n-- SECTION 2: ALL\nREINDEX TABLE CONCURRENTLY orders;',
    );
    await run.go();
    const state = await run.end();
    expect(state.outcome).toMatchObject({ status: 0 });
    const [first = [], second = []] = state.sections.map(({ steps }) =>
      steps.map((id) => state.steps[id]).map((step) => [step?.step.kind === 'reindex' && step.step.name, step?.status]),
    );
    expect(first).toEqual([
      ['by_customer', 'done'],
      ...['orders_2025', 'orders_2026_q1', 'orders_2026_q2', 'orders_rest'].map((name) => [
        `${name}_customer_idx`,
        'done',
      ]),
    ]);
    // What this run has rebuilt is as new: it is not rebuilt once more.
    const done = second.filter(([, status]) => status === 'done').map(([name]) => String(name).replace(/\d+/, 'N'));
    expect(done.sort()).toEqual(['only_rest', 'orders', ...Array(4).fill('pg_toast_N_index')]);
    expect(second.filter(([, status]) => status === 'equal')).toHaveLength(4);
    const after = await indexesOf(database);
    expect(withoutOid(after)).toEqual(withoutOid(before));
    // The partitioned indexes have no storage of their own, and stay.
    expect(rebuilt(before, after)).not.toContain('by_customer');
    expect(rebuilt(before, after)).toContain('only_rest');
    const attached = await database.sql(
      "SELECT count(*)::int AS n FROM pg_inherits JOIN pg_class c ON c.oid = inhparent WHERE c.relkind = 'I'",
    );
    expect(attached[0].n).toBe(5);
    await expectClean(run);
  });

  it('an invalid index is mended by its name, and one of its own is not rebuilt', async () => {
    const database = await prepared(version);
    await database.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_name'::regclass");
    const sql = `CREATE INDEX CONCURRENTLY own ON dishes (name);\nREINDEX INDEX CONCURRENTLY own;\n${ONE}`;
    const run = await start(database, sql);
    await run.until((state) => state.phase === 'ready');
    expect(run.state().preflight?.findings.find(({ code }) => code === 'planned-reindex')?.what).toContain('NOT valid');
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
    expect(run.of('index.skipped')).toMatchObject([{ name: 'rebuild own', reason: 'fresh' }]);
    await expectClean(run);
  });

  it('what is rebuilt, and then dropped by the plan, is dropped', async () => {
    const database = await prepared(version);
    const run = await start(database, `${ONE}\nDROP INDEX CONCURRENTLY by_name;`);
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
    expect((await indexesOf(database)).map(({ name }) => name)).not.toContain('by_name');
    const back = await rollbackRun(run);
    await back.until((state) => state.survey !== null);
    await back.command({ type: 'roll-back', oids: [], all: true, confirm: database.name });
    expect((await back.end()).outcome).toMatchObject({ status: 0 });
    expect((await indexesOf(database)).map(({ name }) => name)).toContain('by_name');
  });

  it('what cannot be rebuilt concurrently blocks', async () => {
    const database = await prepared(version);
    await database.sql('CREATE VIEW v AS SELECT 1 AS one');
    const names = ['INDEX CONCURRENTLY courses_r_excl', 'INDEX CONCURRENTLY pg_catalog.pg_class_oid_index'];
    const others = ['TABLE CONCURRENTLY pg_catalog.pg_class', 'TABLE CONCURRENTLY v', 'INDEX CONCURRENTLY nowhere'];
    const run = await start(database, [...names, ...others].map((name) => `REINDEX ${name};`).join('\n'));
    expect((await run.end()).outcome?.status).toBe(3);
    const blocks = run.state().preflight?.findings.filter(({ level }) => level === 'blocks') ?? [];
    expect(blocks.map(({ what }) => what)).toEqual([
      'courses_r_excl cannot be rebuilt: it backs an exclusion constraint, and cannot be rebuilt concurrently.',
      'pg_class_oid_index cannot be rebuilt: it belongs to a system catalog, which the server does not reindex concurrently.',
      'pg_class cannot be rebuilt: an index of it cannot be rebuilt: it belongs to a system catalog, which the server does not reindex concurrently.',
      'v is a view: REINDEX TABLE does not take it.',
      'There is no index nowhere to be rebuilt.',
    ]);
  });
});
