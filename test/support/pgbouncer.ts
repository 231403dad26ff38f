import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { serverAccount } from '../../src/demo/account.ts';
import { freePort } from '../../src/demo/port.ts';
import type { TestDatabase } from './database.ts';
import { poll } from './poll.ts';

export type PoolMode = 'session' | 'transaction' | 'statement';

/** Where PgBouncer is, if it is installed. Debian has it in a folder that is not on everybody's path. */
export function pgbouncerPath(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path));
}

/** `test`, but skipped where PgBouncer is missing, unless INDEXDECK_REQUIRE_PGBOUNCER=1 says that it must be there. */
export const testWithPgbouncer = test.skipIf(
  pgbouncerPath() === undefined && process.env.INDEXDECK_REQUIRE_PGBOUNCER !== '1',
);

/** Starts PgBouncer in front of a database; it ends with the test. Connect to `connectionString` as to the database. */
export async function startPgbouncer(database: TestDatabase, mode: PoolMode): Promise<{ connectionString: string }> {
  const program = pgbouncerPath();
  if (program === undefined)
    throw new Error('PgBouncer is not installed, and INDEXDECK_REQUIRE_PGBOUNCER=1 demands it.');
  const account = await serverAccount();
  const folder = await mkdtemp(join(tmpdir(), 'indexdeck-pgbouncer-'));
  const port = await freePort();
  const configFile = join(folder, 'pgbouncer.ini');
  const logFile = join(folder, 'pgbouncer.log');
  await writeFile(configFile, configuration(database, mode, port, logFile));
  for (const path of account.ids ? [folder, configFile] : [])
    await chown(path, account.ids?.uid ?? 0, account.ids?.gid ?? 0);
  const bouncer = spawn(program, [configFile], { ...account.ids, cwd: '/', stdio: 'ignore' });
  const gone = once(bouncer, 'exit');
  onTestFinished(async () => {
    bouncer.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  });
  await poll(async () => {
    if (bouncer.exitCode !== null) throw new Error(`PgBouncer ended. It said: ${await readFile(logFile, 'utf8')}`);
    return listens(port);
  });
  const url = new URL(database.connectionString);
  url.port = String(port);
  return { connectionString: url.href };
}

function configuration(database: TestDatabase, mode: PoolMode, port: number, logFile: string): string {
  const { host, port: serverPort, user, password } = database.server;
  return `
[databases]
${database.name} = host=${host} port=${serverPort} dbname=${database.name} user=${user} password='${password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
logfile = ${logFile}
ignore_startup_parameters = extra_float_digits,options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout
`;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answer = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answer;
}
