import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Actor, actors, type World } from './actors.ts';
import { type Random, randomFrom } from './random.ts';

export interface Traffic {
  /** Ends all sessions, those in a transaction by rolling back. */
  stop(): Promise<void>;
}

/**
 * Sessions that use the demo's database as its programs would. The same seed gives each of them the same dice. At a pace of
 * 2 everybody waits half as long between two statements, also within transactions, so that builds wait for less, too.
 */
export async function startTraffic(connectionString: string, seed: number, pace = 1): Promise<Traffic> {
  const ending = new AbortController();
  const world = await lookAround(connectionString);
  const sessions = actors.flatMap((actor, at) =>
    Array.from({ length: actor.sessions }, (_, session) =>
      perform(actor, connectionString, world, randomFrom(seed * 1009 + at * 101 + session), pace, ending.signal),
    ),
  );
  return {
    async stop() {
      ending.abort();
      await Promise.all(sessions);
    },
  };
}

async function lookAround(connectionString: string): Promise<World> {
  const client = new pg.Client({ connectionString, application_name: 'demo-setup' });
  await client.connect();
  try {
    const { rows } = await client.query<World>(
      `SELECT (SELECT max(id) FROM menuca_v3.restaurants)::int AS restaurants,
              (SELECT max(id) FROM menuca_v3.users)::int AS users,
              (SELECT max(id) FROM menuca_v3.dishes)::int AS dishes,
              (SELECT max(id) FROM menuca_v3.deliveries)::int AS deliveries`,
    );
    if (rows[0] === undefined) throw new Error('The demo database is empty.');
    return rows[0];
  } finally {
    await client.end();
  }
}

/** One session's life. When the server goes away it connects again, until the traffic is stopped. */
async function perform(
  actor: Actor,
  connectionString: string,
  world: World,
  random: Random,
  pace: number,
  signal: AbortSignal,
) {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString, application_name: actor.application });
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    const waking = AbortSignal.any([signal, lost.signal]);
    const pause = async (low: number, high: number) => {
      await delay((random.between(low, high) / pace) * 1000, undefined, { signal: waking });
    };
    try {
      await client.connect();
      while (!waking.aborted) {
        await actor.turn({ client, random, world, pause }).catch(() => client.query('ROLLBACK'));
      }
    } catch {
      // The server is gone, or will not have us.
    }
    await client.end().catch(() => undefined);
    await delay(500, undefined, { signal }).catch(() => undefined);
  }
}
