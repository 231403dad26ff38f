/**
 * How long an order takes to be followed, recorded and answered: over the engine's socket, and from elsewhere through the
 * ledger. A real engine on an embedded server, whose only build waits for a forgotten transaction; what is recorded is on
 * disk before it is answered. `node bench/orders.ts [orders]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { followLedger } from '../src/cli/elsewhere/ledger-feed.ts';
import { type LiveFeed, RunClient } from '../src/client/index.ts';
import { createCluster } from '../src/demo/cluster.ts';
import { launchEngine } from '../src/engine/launch.ts';
import { Session } from '../src/engine/session.ts';
import { createIndex, options, planOf, section } from '../test/support/core.ts';

const ORDERS = Number(process.argv[2] ?? 200);
const SCHEMA = 'indexdeck';
const RUN = 'bench';

const until = async (is: () => boolean): Promise<void> => {
  for (const end = performance.now() + 30_000; !is(); await delay(20))
    if (performance.now() > end) throw new Error(`it did not come true: ${is}`);
};

/** Milliseconds of each order, in rising order. */
const measured = async (feed: LiveFeed): Promise<number[]> => {
  const times: number[] = [];
  for (let n = 0; n < ORDERS; n += 1) {
    const sent = performance.now();
    const { ok, why } = await feed.send({ type: n % 2 === 0 ? 'pause' : 'continue' });
    times.push(performance.now() - sent);
    if (!ok) throw new Error(why);
    // Not in step with whoever looks for orders.
    await delay(Math.random() * 300);
  }
  return times.sort((a, b) => a - b);
};

const at = (times: readonly number[], share: number): number =>
  times[Math.ceil(share * times.length) - 1] ?? Number.NaN;

const say = (from: string, times: readonly number[]): void => {
  const [median, most] = [at(times, 0.5), at(times, 0.99)].map((ms) => ms.toFixed(ms < 10 ? 1 : 0));
  process.stdout.write(
    `${from}: ${ORDERS} orders answered within ${median} ms (median), 99 of 100 within ${most} ms\n`,
  );
};

const folder = await mkdtemp(join(tmpdir(), 'indexdeck-orders-'));
const cluster = await createCluster({ password: 'bench' });
const { host, port, user, password } = cluster;
const connection = { host, port, user, password, database: 'postgres' };
const admin = await Session.open({ connection, name: 'bench', run: 'x' });
const forgotten = await Session.open({ connection, name: 'forgotten', run: 'x' });
const dir = join(folder, RUN);
try {
  await admin.execute('CREATE TABLE t (a int)');
  await forgotten.execute('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await forgotten.execute('SELECT FROM t');
  await launchEngine({
    run: RUN,
    dir,
    version: 'bench',
    connection,
    operator: 'bench',
    options: options({ interactive: false, ledger: { schema: SCHEMA }, baselineMs: 1_000 }),
    start: { kind: 'new', plan: planOf(section('one', [createIndex('t_a', 't')])), sources: [] },
  });
  const here = new RunClient({ dir, role: 'operator', name: 'here' });
  await until(() => here.view().state?.phase === 'ready');
  await here.send({ type: 'go', replaceInvalid: [], confirm: null });
  await until(() => here.view().state?.steps[0]?.status === 'building');
  const local = await measured(here);
  say('over the socket', local);
  const there = followLedger(connection, SCHEMA, RUN, 'caller', 'there');
  await until(() => there.view().state !== null);
  const remote = await measured(there);
  say('through the ledger', remote);
  process.stdout.write(`through the ledger it takes ${(at(remote, 0.5) / at(local, 0.5)).toFixed(0)} times as long\n`);
  await there.goodbye();
  await here.send({ type: 'abort' });
  await here.closed;
} finally {
  for (const session of [forgotten, admin]) session.abandon('the bench is over');
  await cluster.destroy();
  await rm(folder, { recursive: true, force: true });
}
