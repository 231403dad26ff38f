import { expect, test } from 'vitest';
import { actors, type Stage } from '../../src/demo/actors.ts';
import { loadDemo } from '../../src/demo/load.ts';
import { randomFrom } from '../../src/demo/random.ts';
import { startTraffic } from '../../src/demo/traffic.ts';
import { createDatabase, createTemplate, type TestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { startServer } from '../support/server.ts';

const world = { restaurants: 9, users: 300, dishes: 100, deliveries: 100 };
const sessions = actors.reduce((sum, actor) => sum + actor.sessions, 0);

function filled(): Promise<string> {
  return createTemplate(18, 'demo', (client) => {
    const { host, port, user, password, database } = client;
    const url = `postgres://${user}:${encodeURIComponent(password ?? '')}@${host}:${port}/${database}`;
    return loadDemo(url, { scale: 0.01 });
  });
}

async function present(database: TestDatabase): Promise<number> {
  const [row] = await database.sql<{ n: number }>(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = ANY ($1)',
    [actors.map((actor) => actor.application)],
  );
  return row?.n ?? 0;
}

test('everybody comes, comes back when thrown out, and goes when it ends', async () => {
  const database = await createDatabase(18, { template: await filled() });
  const [before] = await database.sql('SELECT count(*)::int AS n FROM menuca_v3.orders');
  const traffic = await startTraffic(database.connectionString, 1);
  await poll(async () => (await present(database)) === sessions);
  await database.sql(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await poll(async () => (await present(database)) === sessions);
  await poll(async () => (await database.sql('SELECT count(*)::int AS n FROM menuca_v3.orders'))[0].n > before.n);
  await traffic.stop();
  await poll(async () => (await present(database)) === 0);
});

test('a server that goes away ends nothing but itself', async () => {
  const server = await startServer({ version: 18 });
  const database = await createDatabase(18, { server });
  await loadDemo(database.connectionString, { scale: 0.01 });
  const traffic = await startTraffic(database.connectionString, 1);
  await poll(async () => (await present(database)) === sessions);
  await server.stop('immediate');
  await server.start();
  await poll(async () => (await present(database)) === sessions);
  await server.stop('immediate');
  await traffic.stop();
  await server.start();
});

test('the migration locks a table that the plan leaves alone, and orders queue behind it', async () => {
  const database = await createDatabase(18, { template: await filled() });
  const stage = async (application: string, pause: Stage['pause']) => {
    const client = await database.connect({ application_name: application });
    const actor = actors.find((candidate) => candidate.application === application);
    await actor?.turn({ client, random: randomFrom(1), world, pause });
    await client.end();
  };
  let pauses = 0;
  let order: Promise<void> | undefined;
  await stage('schema-migration', async () => {
    pauses++;
    if (pauses === 1) return;
    order = stage('order-api', async () => undefined);
    await poll(async () => {
      const [row] = await database.sql(
        "SELECT relation::regclass::text AS name FROM pg_locks WHERE NOT granted AND locktype = 'relation'",
      );
      return row?.name === 'menuca_v3.order_counters';
    });
  });
  await order;
  expect(pauses).toBe(2);
});

test('the same seed throws the same dice', () => {
  const throws = (seed: number) => {
    const random = randomFrom(seed);
    return [random.next(), random.integer(1, 6), random.between(1, 2), random.mostlyLow(100), random.chance(0.5)];
  };
  expect(throws(7)).toEqual(throws(7));
  expect(throws(7)).not.toEqual(throws(8));
});
