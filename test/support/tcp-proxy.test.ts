import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { poll } from './poll.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

const through = async (proxy: TcpProxy, application_name = 'proxied'): Promise<pg.Client> => {
  const { user, password } = inject('servers')[18];
  const { host, port } = proxy;
  const client = new pg.Client({ host, port, user, password, database: 'postgres', application_name });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

const pidOf = async (client: pg.Client): Promise<number> =>
  (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;

const isThere = async (observer: pg.Client, pid: number): Promise<boolean> =>
  (await observer.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount === 1;

it('passes; cut, both sides know; half-open, the server does not; stalled, nothing is lost', async () => {
  const direct = await startProxy(inject('servers')[18]);
  const proxy = await startProxy(inject('servers')[18]);
  const observer = await through(direct);

  const cut = await through(proxy);
  const cutPid = await pidOf(cut);
  proxy.set('cut');
  await expect(cut.query('SELECT 1')).rejects.toThrow();
  await poll(async () => !(await isThere(observer, cutPid)));
  await expect(through(proxy)).rejects.toThrow();

  proxy.set('pass');
  const widow = await through(proxy);
  const widowPid = await pidOf(widow);
  proxy.set('half-open');
  await expect(widow.query('SELECT 1')).rejects.toThrow();
  expect(await isThere(observer, widowPid)).toBe(true);

  const held = await through(proxy);
  expect(await pidOf(held)).toBeGreaterThan(0);
  proxy.set('stall');
  let answered = false;
  const answer = held.query('SELECT 7 AS n').then(({ rows }) => {
    answered = true;
    return rows[0].n;
  });
  const late = through(proxy);
  // The other way there is an answer in the same time.
  for (let n = 0; n < 20; n++) await observer.query('SELECT 1');
  expect(answered).toBe(false);
  expect(proxy.connections).toBe(2);
  proxy.set('pass');
  expect(await answer).toBe(7);
  await (await late).end();
  await held.end();
  await proxy.close();
  await poll(async () => !(await isThere(observer, widowPid)));
  await observer.end();
});

it('one-way: what is asked is done, and no answer comes; of the connections of that name alone', async () => {
  const proxy = await startProxy(inject('servers')[18]);
  const observer = await through(proxy, 'observer');
  const deaf = await through(proxy, 'deaf one');
  const pid = await pidOf(deaf);
  expect(proxy.setOf('deaf', 'one-way')).toBe(1);
  let answered = false;
  void deaf.query('SET application_name TO done').then(
    () => {
      answered = true;
    },
    () => undefined,
  );
  const named = 'SELECT FROM pg_stat_activity WHERE pid = $1 AND application_name = $2';
  await poll(async () => (await observer.query(named, [pid, 'done'])).rowCount === 1);
  expect(answered).toBe(false);
  // Neither hears of the other's end.
  await observer.query('SELECT pg_terminate_backend($1)', [pid]);
  await poll(async () => !(await isThere(observer, pid)));
  expect(proxy.connections).toBe(2);
  await observer.end();
});

it('new ones alone, and elsewhere', async () => {
  const proxy = await startProxy(inject('servers')[18]);
  const old = await through(proxy);
  proxy.setNew('cut');
  await expect(through(proxy)).rejects.toThrow();
  expect(await pidOf(old)).toBeGreaterThan(0);
  proxy.lead(inject('servers')[15]);
  proxy.setNew('pass');
  const moved = await through(proxy);
  const versionOf = async (client: pg.Client) => (await client.query('SHOW server_version_num')).rows[0];
  expect((await versionOf(moved)).server_version_num).toMatch(/^15/);
  expect((await versionOf(old)).server_version_num).toMatch(/^18/);
  await moved.end();
  await old.end();
});
