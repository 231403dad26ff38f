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
  signal?.throwIfAborted();
  const clients = [1, 2].map(
    () => new pg.Client({ connectionString, application_name: 'demo-setup', options: `-c demo.scale=${scale}` }),
  );
  const end = () => Promise.allSettled(clients.map((client) => client.end()));
  // Ending a client in the middle of a query makes the query fail, which is how an abort gets out of here.
  signal?.addEventListener('abort', end);
  try {
    for (const client of clients) client.on('error', () => undefined);
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
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    await end();
  }
}

function read(name: string): Promise<string> {
  return readFile(new URL(`../../sql/demo/${name}.sql`, import.meta.url), 'utf8');
}
