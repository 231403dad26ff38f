import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import pg from 'pg';

export interface LoadOptions {
  /** How many times the rows of the real database. */
  scale: number;
  signal?: AbortSignal;
}

/** The largest first, so that two sessions end at about the same time. */
const data = ['orders', 'ingredients', 'users', 'menu', 'combos', 'restaurants', 'marketing'];

/** The plan that the demo deploys. */
export const demoPlan = new URL('../../sql/demo/plan.sql', import.meta.url);

/** Makes the restaurant database, schema and rows, in an empty database. */
export async function loadDemo(connectionString: string, { scale, signal }: LoadOptions): Promise<void> {
  const clients = [1, 2].map(
    () => new pg.Client({ connectionString, application_name: 'demo-setup', options: `-c demo.scale=${scale}` }),
  );
  for (const client of clients) client.on('error', () => undefined);
  try {
    await Promise.race([fill(clients), ...(signal ? [aborted(signal)] : [])]);
  } finally {
    // In the middle of a query this breaks the connection. A client that is still connecting would then never say so,
    // hence the race.
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function fill(clients: pg.Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.connect()));
  await clients[0]?.query(await read('schema'));
  const left = [...data];
  await Promise.all(
    clients.map(async (client) => {
      for (let file = left.shift(); file !== undefined; file = left.shift()) {
        await client.query(await read(`data/${file}`));
      }
    }),
  );
  await clients[0]?.query(await read('keys'));
  // Without it autovacuum would do this in the middle of the show.
  await clients[0]?.query('VACUUM (ANALYZE)');
}

async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

function read(name: string): Promise<string> {
  return readFile(new URL(`../../sql/demo/${name}.sql`, import.meta.url), 'utf8');
}
