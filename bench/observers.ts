/**
 * What observers elsewhere cost the server: the CPU time of their backends while a run's ledger is written as by an engine (a
 * sample a second, an event every two), against that of one pg_activity at its own pace (2 s) beside them, with 200 sessions of
 * others: all idle, and then half of them waiting for one lock. And how long an order from elsewhere takes to be followed and
 * answered. Needs Linux, and pg_activity on PATH for the comparison. `node bench/observers.ts [observers] [seconds]`
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
import { followLedger } from '../src/cli/elsewhere/ledger-feed.ts';
import type { LedgerFeed } from '../src/client/index.ts';
import { createCluster } from '../src/demo/cluster.ts';
import { KeptSession } from '../src/engine/kept-session.ts';
import { Ledger, ledgerSettings } from '../src/engine/ledger/index.ts';
import { Session } from '../src/engine/session.ts';
import type { RunEvent } from '../src/run/index.ts';
import { Core, createIndex, emptySample, planOf, section } from '../test/support/core.ts';

const OBSERVERS = Number(process.argv[2] ?? 50);
const SECONDS = Number(process.argv[3] ?? 30);
const ORDERS = 200;
/** Sessions of others, idle, as a server in use has them. */
const OTHERS = 200;
const WAITERS = 100;
const SCHEMA = 'indexdeck';

/** Seconds that a process has run, to the nanosecond: ticks of 10 ms would miss most of what is short. */
const ranFor = (pid: number): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
  } catch {
    return 0;
  }
};

const cluster = await createCluster({
  password: 'bench',
  settings: { max_connections: String(2 * OBSERVERS + OTHERS + 60) },
});
const { host, port, user, password } = cluster;
const connection = { host, port, user, password, database: 'postgres' };
const kept = new KeptSession(
  'ledger',
  (name, signal) => Session.open({ connection, run: 'bench', name, settings: ledgerSettings(SCHEMA), signal }),
  { lost: () => undefined, restored: () => undefined },
);
const core = new Core(
  planOf(
    section(
      'one',
      Array.from({ length: 58 }, (_, n) => createIndex(`i${n}`, `t${n}`)),
    ),
  ),
);
core.go();
const events: RunEvent[] = [...core.events];
const run = events[0]?.run ?? '';
const began = Date.now();
const ledger = new Ledger(
  kept,
  { run, schema: SCHEMA, version: 'bench' },
  {
    events: () => events,
    failed: (error) => process.stderr.write(`ledger: ${error.message}\n`),
    restored: () => undefined,
    superseded: (why) => process.stderr.write(`superseded: ${why}\n`),
    log: (line) => process.stderr.write(`${line}\n`),
    command: () => ({ ok: true, why: 'noted' }),
    dropped: () => undefined,
    joined: () => undefined,
    left: () => undefined,
    sinceGoMs: () => Date.now() - began + 3_600_000,
  },
);
ledger.added();
let second = 0;
const engine = setInterval(() => {
  second += 1;
  ledger.sampled(emptySample(Date.now()));
  if (second % 2 !== 0) return;
  const at = new Date().toISOString();
  const [seq, from, to] = [events.length + 1, at, at];
  events.push({ seq, at, run, type: 'metrics.summarised', from, to, samples: 10, metrics: {} });
  ledger.added();
}, 1_000);

const others = await Promise.all(
  Array.from({ length: OTHERS }, () => Session.open({ connection, name: 'other', run: 'x' })),
);

/** The backends of sessions with this name, and for how long each has run. */
const backends = async (name: string): Promise<Map<number, number>> => {
  const rows = await admin.query('SELECT pid FROM pg_stat_activity WHERE application_name ~ $1', [name]);
  return new Map(rows.map(({ pid }) => [Number(pid), ranFor(Number(pid))]));
};

/** CPU seconds that the backends of each of these names take in the same so long. */
const measured = async (...names: string[]): Promise<number[]> => {
  await delay(3_000);
  const before = await Promise.all(names.map(backends));
  await delay(SECONDS * 1_000);
  return before.map((each) => [...each].reduce((sum, [pid, ran]) => sum + ranFor(pid) - ran, 0));
};

const follow = (role: 'observer' | 'caller', n: number): LedgerFeed =>
  followLedger(connection, SCHEMA, run, role, `watcher${n}`);

const until = async (is: () => boolean): Promise<void> => {
  while (!is()) await delay(50);
};

const admin = await Session.open({ connection, name: 'bench', run: 'x' });

try {
  await ledger.settled(events.length, 10_000);
  const feeds = Array.from({ length: OBSERVERS }, (_, n) => follow('observer', n));
  await until(() => feeds.every((feed) => feed.view().state !== null));
  const caller = follow('caller', 0);
  await until(() => caller.view().state !== null);
  const times: number[] = [];
  for (let n = 0; n < ORDERS; n += 1) {
    const sent = performance.now();
    await caller.send({ type: 'pause' });
    times.push(performance.now() - sent);
    // Not in step with whoever looks for orders.
    await delay(Math.random() * 400);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.ceil(share * ORDERS) - 1] ?? Number.NaN).toFixed(0)} ms`;
  process.stdout.write(
    `${at(0.5).padStart(10)}  median of ${ORDERS} orders from elsewhere; 99 of 100 within ${at(0.99)}\n`,
  );
  await caller.goodbye();

  const monitor = spawn('pg_activity', ['-h', host, '-p', String(port), '-U', user, '-d', 'postgres'], {
    cols: 160,
    rows: 50,
    env: { PATH: process.env.PATH ?? '', PGPASSWORD: password, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
  });
  monitor.onData(() => undefined);
  const compare = async (scene: string): Promise<void> => {
    const [watched = 0, monitored = 0] = await measured('^indexdeck (watch|wake)', '^pg_activity');
    const ms = (seconds: number): string => `${((seconds / SECONDS) * 1_000).toFixed(1)} ms`;
    const ratio = monitored === 0 ? 'pg_activity could not be run' : `${(watched / monitored).toFixed(2)} times`;
    process.stdout.write(
      `${scene}: CPU a second ${ms(watched)} for ${OBSERVERS} observers, ${ms(monitored)} for one pg_activity: ${ratio}\n`,
    );
  };
  await compare(`${OTHERS} sessions of others, all idle`);
  await admin.execute('CREATE TABLE queue (id int)');
  for (const session of others.slice(0, WAITERS + 1)) await session.execute('BEGIN');
  await others[0]?.execute('LOCK TABLE queue');
  for (const session of others.slice(1, WAITERS + 1)) session.execute('LOCK TABLE queue').catch(() => undefined);
  await compare(`${OTHERS} sessions of others, ${WAITERS} of them waiting for one lock`);
  monitor.kill();
  await Promise.all(feeds.map((feed) => feed.goodbye()));
} finally {
  clearInterval(engine);
  await ledger.finish(0);
  await kept.stop();
  for (const session of [admin, ...others]) session.abandon('the bench is over');
  await cluster.destroy();
}
