import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logIn } from '../../src/cli/connection/login.ts';
import { connectionSettings } from '../../src/cli/connection/settings.ts';
import type { Cluster } from '../../src/demo/cluster.ts';
import { findInstallations, newestInstallation, runTool, ToolFailed } from '../../src/engine/tools/index.ts';
import { pgTools } from '../support/pg-tools.ts';
import { startServer } from '../support/server.ts';

/** Gives a server a certificate for `localhost`, signed by itself; its path. */
const encrypt = async (server: Cluster): Promise<string> => {
  const [certificate, key] = ['server.crt', 'server.key'].map((name) => join(server.dataFolder, name)) as [
    string,
    string,
  ];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name, ...files], {
    stdio: 'ignore',
  });
  const { uid, gid } = statSync(server.dataFolder);
  for (const path of [certificate, key]) {
    chownSync(path, uid, gid);
    chmodSync(path, 0o600);
  }
  appendFileSync(join(server.dataFolder, 'postgresql.conf'), '\nssl = on\n');
  await server.stop('fast');
  await server.start();
  return certificate;
};

const noOpenssl = spawnSync('openssl', ['version']).error !== undefined;

test.skipIf(noOpenssl)('each sslmode against a server with a certificate', async () => {
  const server = await startServer({ version: 18 });
  const certificate = await encrypt(server);
  const { port, user, password } = server;
  const base = { PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: 'postgres' };
  const logInWith = async (PGSSLMODE: string, more: Record<string, string> = {}) => {
    const settings = connectionSettings({}, { ...base, PGHOST: 'localhost', PGSSLMODE, ...more });
    return (
      await logIn(
        settings,
        async () => null,
        () => undefined,
      )
    ).ssl;
  };
  const root = { PGSSLROOTCERT: certificate };
  expect(await logInWith('disable')).toBe(false);
  expect(await logInWith('allow')).toBe(false);
  expect(await logInWith('prefer')).toEqual({ rejectUnauthorized: false });
  expect(await logInWith('require')).toEqual({ rejectUnauthorized: false });
  expect(await logInWith('require', root)).toMatchObject({ rejectUnauthorized: true });
  expect(await logInWith('verify-full', root)).toMatchObject({ rejectUnauthorized: true });
  // The address is connected to, the name is verified.
  expect(await logInWith('verify-full', { ...root, PGHOSTADDR: '127.0.0.1' })).toMatchObject({
    servername: 'localhost',
  });
  await expect(logInWith('verify-full', { ...root, PGHOST: '127.0.0.1' })).rejects.toThrow(/for another name/);
  await expect(logInWith('verify-full')).rejects.toThrow(/PGSSLROOTCERT/);
});

const noTools = pgTools === undefined && process.env.INDEXDECK_REQUIRE_PG_TOOLS !== '1';

test.skipIf(noOpenssl || noTools)('pg_dump connects as our own sessions do, encrypted and verified', async () => {
  const server = await startServer({ version: 15 });
  const certificate = await encrypt(server);
  const { port, user, password } = server;
  const login = { PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: 'postgres' };
  const place = { PGHOST: 'localhost', PGHOSTADDR: '127.0.0.1', PGSSLMODE: 'verify-full', PGSSLROOTCERT: certificate };
  const settings = connectionSettings({}, { ...login, ...place });
  const connection = await logIn(
    settings,
    async () => null,
    () => undefined,
  );
  const installation = newestInstallation('pg_dump', await findInstallations({ binDir: pgTools ?? null }));
  const dump = (ssl: typeof connection.ssl) =>
    runTool({
      installation,
      tool: 'pg_dump',
      args: ['--schema-only', '--file=/dev/null'],
      server: { connection: { ...connection, ...(ssl === undefined ? {} : { ssl }) }, application: 'test' },
    });
  await dump(connection.ssl);
  await dump({ rejectUnauthorized: false });
  // By the certificates that Node goes by, this one is nobody's.
  const refused = dump(true);
  await expect(refused).rejects.toThrow(ToolFailed);
  await expect(refused).rejects.toThrow(/certificate verify failed/);
});
