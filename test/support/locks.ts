import type pg from 'pg';
import type { TestDatabase } from './database.ts';
import { poll } from './poll.ts';

/** A scene that stands until `release`. */
export interface Scene {
  /** The server's process of the session that makes it. */
  pid: number;
  client: pg.Client;
  release(): Promise<void>;
}

export type LockMode =
  | 'ACCESS SHARE'
  | 'ROW SHARE'
  | 'ROW EXCLUSIVE'
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'EXCLUSIVE'
  | 'ACCESS EXCLUSIVE';

/** A transaction that holds a lock on a table. ROW EXCLUSIVE is a writer: a build waits for it in its first wait. */
export async function holdLock(
  database: TestDatabase,
  table: string,
  mode: LockMode = 'ACCESS EXCLUSIVE',
): Promise<Scene> {
  return scene(database, 'lock-holder', ['BEGIN', `LOCK TABLE ${table} IN ${mode} MODE`]);
}

/**
 * A transaction that was begun and forgotten. It holds a snapshot, so a build waits for it in its last wait; at READ
 * COMMITTED it would hold none while idle, and no build would mind it.
 */
export async function idleInTransaction(database: TestDatabase): Promise<Scene> {
  return scene(database, 'forgotten', ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT 1']);
}

/** A transaction that has run one statement, and holds the locks that it took. */
export const transaction = (database: TestDatabase, statement: string): Promise<Scene> =>
  scene(database, 'transaction', ['BEGIN', statement]);

/** `count` sessions that queue for a lock on a table which one more session holds; all of them wait when this returns. */
export async function waiters(database: TestDatabase, count: number, table: string): Promise<Scene> {
  const holder = await holdLock(database, table);
  const clients = await Promise.all(
    Array.from({ length: count }, () => database.connect({ application_name: 'lock-waiter' })),
  );
  const queries = Promise.all(clients.map((client) => client.query(`SELECT FROM ${table} LIMIT 1`)));
  const waiting = poll(async () => {
    const [row] = await database.sql<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'lock-waiter' AND wait_event_type = 'Lock'`,
    );
    return row !== undefined && row.waiting >= count;
  });
  await Promise.race([waiting, queries]);
  return {
    ...holder,
    async release() {
      await holder.release();
      // One that the test ended itself has not failed.
      await queries.catch(() => undefined);
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

async function scene(database: TestDatabase, name: string, statements: string[]): Promise<Scene> {
  const client = await database.connect({ application_name: name });
  for (const statement of statements) await client.query(statement);
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  let released = false;
  return {
    pid: rows[0]?.pid ?? 0,
    client,
    async release() {
      if (released) return;
      released = true;
      await client.query('ROLLBACK').catch(() => undefined);
      await client.end();
    },
  };
}
