import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Session, SessionLost, toErrorFacts, watchingSettings } from '../../src/engine/session.ts';
import { createDatabase } from '../support/database.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { versions } from '../support/server.ts';
import { builder, connectionTo, watcher } from './sampler-scene.ts';

const settingsOf = async (session: Session, names: string[]): Promise<Record<string, string>> => {
  const rows = await session.query('SELECT name, setting FROM pg_settings WHERE name = ANY ($1)', [names]);
  return Object.fromEntries(rows.map((row) => [row.name, row.setting])) as Record<string, string>;
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('knows its backend to the microsecond, and says who it is', async () => {
    const database = await createDatabase(version);
    const session = await watcher(database);
    expect(Math.floor(session.serverVersionNum / 10_000)).toBe(version);
    const seen = await database.sql(
      'SELECT application_name AS name FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz',
      [session.pid, session.backendStart],
    );
    expect(seen).toEqual([{ name: 'indexdeck watcher test-run' }]);
  });

  test('sets what the server has, whatever the role would have', async () => {
    const database = await createDatabase(version);
    await database.sql(`ALTER DATABASE ${database.name} SET statement_timeout = '1s'`);
    await database.sql(`ALTER DATABASE ${database.name} SET lock_timeout = '1s'`);
    const building = await settingsOf(await builder(database), [
      'statement_timeout',
      'lock_timeout',
      'transaction_timeout',
      'client_min_messages',
    ]);
    expect(building).toEqual({
      statement_timeout: '0',
      lock_timeout: '0',
      client_min_messages: 'debug1',
      ...(version >= 17 ? { transaction_timeout: '0' } : {}),
    });
    const watching = await watcher(database);
    expect(await settingsOf(watching, ['statement_timeout', 'lock_timeout', 'jit'])).toEqual({
      statement_timeout: '5000',
      lock_timeout: '2000',
      jit: 'off',
    });
    await expect(watching.query('CREATE TABLE t (a int)')).rejects.toMatchObject({ code: '25006' });
  });

  test('takes a list for a list, and refuses a setting that does not exist', async () => {
    const database = await createDatabase(version);
    const open = (settings: Record<string, string>) =>
      Session.open({ connection: connectionTo(database), name: 's', run: 'r', settings });
    const session = await open({ search_path: 'pg_catalog, "Odd, name", public' });
    expect(await session.query('SELECT current_schemas(false)::text[] AS path')).toEqual([
      { path: ['pg_catalog', 'public'] },
    ]);
    await session.close();
    await expect(open({ nothing_like_it: '1' })).rejects.toMatchObject({ code: '42704' });
  });

  test('sends one statement, and hears what the server says of it', async () => {
    const database = await createDatabase(version);
    const session = await builder(database);
    const said: string[] = [];
    session.onNotice(({ message }) => said.push(message));
    await session.execute('CREATE TABLE dishes (id int)');
    await session.execute('CREATE INDEX CONCURRENTLY dishes_id ON dishes (id)');
    expect(said).toContain('building index "dishes_id" on table "dishes" serially');
    expect(await session.execute(`SELECT 1 AS one, NULL AS nothing, '{a,b}'::text[]`)).toEqual({
      command: 'SELECT',
      rowCount: 1,
      columns: ['one', 'nothing', 'text'],
      rows: [['1', null, '{a,b}']],
    });
    await expect(session.query('SELECT 1; SELECT 2')).rejects.toMatchObject({ code: '42601' });
  });

  test("passes a server's refusal whole", async () => {
    const database = await createDatabase(version);
    const session = await builder(database);
    await session.execute('CREATE TABLE dishes (id int)');
    await session.execute('INSERT INTO dishes VALUES (1), (1)');
    const error = await session.execute('CREATE UNIQUE INDEX CONCURRENTLY i ON dishes (id)').catch((each) => each);
    expect(toErrorFacts(error)).toEqual({
      sqlstate: '23505',
      message: 'could not create unique index "i"',
      detail: 'Key (id)=(1) is duplicated.',
      hint: null,
      context: null,
    });
    expect(session.lost).toBe(false);
  });

  test('gives a server up that does not answer in time, and all that waits with it', async () => {
    const database = await createDatabase(version);
    const session = await builder(database);
    const causes: unknown[] = [];
    session.onLost((cause) => causes.push(cause));
    const began = performance.now();
    const hung = session.query('SELECT pg_sleep(5)', [], { timeoutMs: 200 });
    const behind = session.query('SELECT 1');
    await expect(hung).rejects.toBeInstanceOf(SessionLost);
    await expect(behind).rejects.toBeInstanceOf(SessionLost);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(session.lost).toBe(true);
    expect(causes).toMatchObject([{ message: 'no answer within 200 ms' }]);
    // Who asks late hears of it too.
    await new Promise((heard) => session.onLost(heard));
    await session.close();
    const watching = await watcher(database);
    await poll(
      async () =>
        (await watching.query(`SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`)).length === 0,
    );
  });

  test('is lost when its backend is ended, at work and idle', async () => {
    const database = await createDatabase(version);
    const [working, idle] = [await builder(database), await builder(database)];
    const work = working.execute('SELECT pg_sleep(60)').catch((error) => error);
    await poll(
      async () =>
        (await database.sql(`SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`, [working.pid]))
          .length > 0,
    );
    const told = new Promise((heard) => idle.onLost(heard));
    await database.sql('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [[working.pid, idle.pid]]);
    expect(toErrorFacts(await work).sqlstate).toBe('57P01');
    expect(working.lost).toBe(true);
    expect(toErrorFacts(await told).sqlstate).toBe('57P01');
    await expect(idle.query('SELECT 1')).rejects.toMatchObject({ name: 'SessionLost', session: 'builder' });
  });

  test('a cancelled statement does not lose it', async () => {
    const database = await createDatabase(version);
    const forgotten = await idleInTransaction(database);
    const session = await builder(database);
    await session.execute('CREATE TABLE dishes (id int)');
    const built = session.execute('CREATE INDEX CONCURRENTLY i ON dishes (id)').catch((error) => error);
    await poll(() =>
      database.sql('SELECT pg_cancel_backend($1)', [session.pid]).then(() => Promise.race([built, null])),
    );
    expect(toErrorFacts(await built).sqlstate).toBe('57014');
    expect(session.lost).toBe(false);
    expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await forgotten.release();
  });
});

describe('connecting', () => {
  const silentServer = async (): Promise<{ host: string; port: number; user: string; database: string }> => {
    // It has to read to notice that its client has gone.
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => new Promise<void>((closed) => void server.close(() => closed())));
    const address = server.address();
    return {
      host: '127.0.0.1',
      port: typeof address === 'object' ? (address?.port ?? 0) : 0,
      user: 'u',
      database: 'd',
    };
  };

  test('ends in time with a server that says nothing', async () => {
    const connection = await silentServer();
    const opening = Session.open({ connection, name: 's', run: 'r', connectTimeoutMs: 100 });
    await expect(opening).rejects.toThrow('no connection within 100 ms');
  });

  test('ends when the signal says so', async () => {
    const connection = await silentServer();
    const stop = new AbortController();
    const opening = Session.open({ connection, name: 's', run: 'r', signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await expect(Session.open({ connection, name: 's', run: 'r', signal: stop.signal })).rejects.toThrow('enough');
  });

  test('says which address refuses', async () => {
    const connection = { host: 'localhost', port: 1, user: 'u', database: 'd', password: 'secret' };
    const error = await Session.open({ connection, name: 's', run: 'r', settings: watchingSettings }).catch(
      (each) => each,
    );
    expect(toErrorFacts(error)).toMatchObject({ sqlstate: null, message: expect.stringContaining('ECONNREFUSED') });
  });

  test('closes twice without a word', async () => {
    const database = await createDatabase(18);
    const session = await watcher(database);
    let lost = false;
    session.onLost(() => {
      lost = true;
    });
    await Promise.all([session.close(), session.close()]);
    expect(session.lost).toBe(true);
    expect(lost).toBe(false);
    await expect(session.query('SELECT 1')).rejects.toThrow('it was closed');
  });
});

describe('an error as a record', () => {
  test('speaks of every address, and keeps passwords out', () => {
    expect(toErrorFacts(new AggregateError([new Error('one'), new Error('two')])).message).toBe('one; two');
    expect(toErrorFacts(new Error('cannot use postgres://me:s3cr@t!@db:1/x')).message).not.toContain('t!');
    expect(toErrorFacts(new Error("host=db password='a b' user=x")).message).toBe('host=db password=*** user=x');
    expect(toErrorFacts('odd')).toMatchObject({ sqlstate: null, message: 'odd' });
  });
});
