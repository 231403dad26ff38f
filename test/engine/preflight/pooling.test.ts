import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { lookAt } from '../../../src/cli/check/look.ts';
import { blockedByPooler, detectPooling } from '../../../src/engine/preflight/index.ts';
import { Session, watchingSettings } from '../../../src/engine/session.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { type PoolMode, startPgbouncer, testWithPgbouncer } from '../../support/pgbouncer.ts';
import { versions } from '../../support/server.ts';
import { connectionTo, planOf } from '../catalog/support.ts';
import { blocking, coded } from './support.ts';

const through = async (database: TestDatabase, mode: PoolMode) => {
  const { connectionString } = await startPgbouncer(database, mode);
  return { ...connectionTo(database), port: Number(new URL(connectionString).port) };
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('no pooler', async () => {
    const database = await createDatabase(version);
    expect(await detectPooling(connectionTo(database))).toBe('none');
  });

  testWithPgbouncer.each(['session', 'transaction', 'statement'] as const)('PgBouncer in %s mode', async (mode) => {
    const database = await createDatabase(version, { mayLeaveSessions: true });
    const found = await detectPooling(await through(database, mode));
    expect(found).toBe(mode === 'session' ? 'session' : 'transaction');
    const set = (await database.statementLog()).filter(({ text }) => /set_config|\bset\b/i.test(text));
    expect(set.filter(({ application }) => application.startsWith('indexdeck'))).toEqual([]);
  });

  testWithPgbouncer('why nobody may open a session first: its settings come upon others', async () => {
    const database = await createDatabase(version, { mayLeaveSessions: true });
    const connection = await through(database, 'transaction');
    const session = await Session.open({ connection, run: 'test-run', name: 'control', settings: watchingSettings });
    await session.close();
    const application = new pg.Client(connection);
    await application.connect();
    await expect(application.query('CREATE TABLE orders ()')).rejects.toThrow('read-only transaction');
    await application.end();
  });

  test('without sessions, the way to the server is all that preflight says', async () => {
    const plan = await planOf('CREATE INDEX CONCURRENTLY i ON t (a)');
    const to = { database: 'menuca', user: 'deployer' };
    expect(blockedByPooler('none', to, plan)).toBeNull();
    expect(blockedByPooler('session', to, plan)).toBeNull();
    const facts = blockedByPooler('transaction', to, plan);
    expect(facts?.findings).toMatchObject([{ level: 'blocks', code: 'transaction-pooler' }]);
  });

  testWithPgbouncer('check behind a transaction pooler blocks, and sets nothing', async () => {
    const database = await createDatabase(version, { mayLeaveSessions: true });
    await database.sql('CREATE TABLE t (a int)');
    const plan = await planOf('CREATE INDEX CONCURRENTLY i ON t (a)');
    const { preflight } = await lookAt(
      await through(database, 'transaction'),
      plan,
      { given: {}, backup: null, matches: null },
      false,
    );
    expect(blocking(preflight)).toEqual(['transaction-pooler']);
    expect(coded(preflight, 'transaction-pooler')[0]?.advice).toContain("server's own port");
    const ours = (await database.statementLog()).filter(({ application }) => application.startsWith('indexdeck'));
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.filter(({ text }) => /set_config|\bset\b/i.test(text))).toEqual([]);
  });
});
