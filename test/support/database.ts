import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { type LogEntry, type LoggedStatement, logPosition, readLog, statements } from './log.ts';
import { poll } from './poll.ts';
import type { ServerVersion } from './server.ts';
import type { SharedServer } from './servers.ts';

export interface DatabaseOptions {
  /** A database to copy. */
  template?: string;
  /** The server to make it on, instead of the one that all tests of a version share. */
  server?: SharedServer;
  /** Sessions of others may be left at the end: the test ends a program without letting it close them. */
  mayLeaveSessions?: boolean;
}

/** A database of one test's own. */
export interface TestDatabase {
  readonly name: string;
  readonly server: SharedServer;
  readonly connectionString: string;
  /** The same database as the PG* variables say it, for programs. */
  readonly environment: Record<string, string>;
  /** A client that the test must end; one left open fails it. */
  connect(config?: pg.ClientConfig): Promise<pg.Client>;
  /** One query on a connection of its own, as rows. */
  // biome-ignore lint/suspicious/noExplicitAny: what the rows are, only the test knows.
  sql<Row extends pg.QueryResultRow = any>(text: string, params?: unknown[]): Promise<Row[]>;
  /** The statements that the server received for this database so far, from whomever. */
  statementLog(): Promise<LoggedStatement[]>;
  /** Everything that the server logged for this database so far. */
  log(): Promise<LogEntry[]>;
  /** Drops it, and fails if clients of the test or sessions of programs were left open. */
  drop(): Promise<void>;
}

/**
 * Makes a fresh database. Called in a test, it is dropped when the test ends; called in a hook such as beforeAll,
 * `drop` is up to the caller.
 */
export async function createDatabase(version: ServerVersion, options: DatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? inject('servers')[version];
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const template = options.template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(options.template)}`;
  const position = await logPosition(server.logFile);
  await administer(server, (client) => client.query(`CREATE DATABASE ${name}${template}`));
  const database = databaseOn(server, name, position, options.mayLeaveSessions ?? false);
  try {
    onTestFinished(() => database.drop());
  } catch {
    // Not in a test.
  }
  return database;
}

/** Makes a database to copy from once in a run, whoever asks first, and gives its name. */
export async function createTemplate(
  version: ServerVersion,
  key: string,
  fill: (client: pg.Client) => Promise<unknown>,
) {
  const server = inject('servers')[version];
  const name = `template_${key}`;
  await administer(server, async (client) => {
    // Test files run in several processes: one fills it, the others wait.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const exists = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (exists.rowCount === 1) return;
    const unfinished = pg.escapeIdentifier(`${name}_unfinished`);
    await client.query(`DROP DATABASE IF EXISTS ${unfinished}`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    await using(connectTo(server, `${name}_unfinished`), fill);
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${pg.escapeIdentifier(name)}`);
  });
  return name;
}

function databaseOn(server: SharedServer, name: string, position: number, mayLeave: boolean): TestDatabase {
  const open = new Set<pg.Client>();
  let dropped = false;
  const log = async () => (await readLog(server.logFile, position)).filter((entry) => entry.database === name);
  return {
    name,
    server,
    connectionString: `postgres://${server.user}:${encodeURIComponent(server.password)}@${server.host}:${server.port}/${name}`,
    environment: {
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGUSER: server.user,
      PGPASSWORD: server.password,
      PGDATABASE: name,
    },
    async connect(config) {
      const client = await connectTo(server, name, config);
      open.add(client);
      client.once('end', () => open.delete(client));
      return client;
    },
    async sql(text, params) {
      return await using(connectTo(server, name), async (client) => (await client.query(text, params)).rows);
    },
    log,
    statementLog: async () => statements(await log()),
    async drop() {
      if (dropped) return;
      dropped = true;
      const leaked = open.size;
      await Promise.all([...open].map((client) => client.end()));
      const left = await administer(server, async (client) => {
        const sessions = mayLeave ? [] : await sessionsLeft(client, name);
        await rollBackPrepared(client, server, name);
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
        return sessions;
      });
      if (leaked > 0) throw new Error(`The test left ${leaked} client(s) of connect() open on ${name}.`);
      if (left.length > 0) throw new Error(`Sessions were left open on ${name}: ${left.join('; ')}`);
    },
  };
}

/** A session that was just closed is in pg_stat_activity for a moment more. */
async function sessionsLeft(client: pg.Client, name: string): Promise<string[]> {
  const text = `SELECT format('%s (%s): %s', application_name, state, left(query, 100)) AS session
    FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`;
  const read = async () => (await client.query<{ session: string }>(text, [name])).rows.map((row) => row.session);
  let left: string[] = [];
  await poll(async () => {
    left = await read();
    return left.length === 0;
  }, 3_000).catch(() => undefined);
  return left;
}

/** A prepared transaction keeps its database from being dropped, and has no session to end. */
async function rollBackPrepared(client: pg.Client, server: SharedServer, name: string): Promise<void> {
  const prepared = await client.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts WHERE database = $1', [name]);
  if (prepared.rows.length === 0) return;
  await using(connectTo(server, name), async (there) => {
    for (const { gid } of prepared.rows) await there.query(`ROLLBACK PREPARED ${pg.escapeLiteral(gid)}`);
  });
}

function administer<T>(server: SharedServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return using(connectTo(server, 'postgres'), work);
}

async function connectTo(server: SharedServer, database: string, config: pg.ClientConfig = {}): Promise<pg.Client> {
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database, application_name: 'test', ...config });
  // A session that is ended from outside says so here: a test sees it in its next query, not as a crash of its process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function using<T>(opening: Promise<pg.Client>, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await opening;
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
