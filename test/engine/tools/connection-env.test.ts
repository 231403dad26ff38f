import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ConnectionConfig } from '../../../src/engine/config.ts';
import { connectionEnv, withoutPostgres } from '../../../src/engine/tools/connection-env.ts';

const connection: ConnectionConfig = { host: 'db1', port: 5433, user: 'me', database: 'shop', password: 'secret' };

test('the same server and login, and nothing that libpq would find by itself', () => {
  const { env, dispose } = connectionEnv({ ...connection, options: '-c geqo=off' }, 'indexdeck backup x');
  expect(env).toMatchObject({
    PGHOST: 'db1',
    PGPORT: '5433',
    PGUSER: 'me',
    PGDATABASE: 'shop',
    PGPASSWORD: 'secret',
    PGOPTIONS: '-c geqo=off',
    PGAPPNAME: 'indexdeck backup x',
    PGSSLMODE: 'disable',
  });
  expect(existsSync(env.PGPASSFILE ?? '/')).toBe(false);
  dispose();
});

test('encrypted, not verified: also not by a root certificate that lies about', () => {
  const { env, dispose } = connectionEnv({ ...connection, ssl: { rejectUnauthorized: false } }, 'x');
  expect(env.PGSSLMODE).toBe('require');
  for (const name of ['PGSSLROOTCERT', 'PGSSLCERT', 'PGSSLKEY']) expect(existsSync(env[name] ?? '/')).toBe(false);
  dispose();
});

test('verified: certificates are files for this account alone, and go', () => {
  const ssl = { rejectUnauthorized: true, ca: 'CA', cert: 'CERT', key: 'KEY', servername: 'db.example' };
  const { env, dispose } = connectionEnv({ ...connection, host: '10.0.0.1', ssl }, 'x');
  expect(env).toMatchObject({ PGSSLMODE: 'verify-full', PGHOST: 'db.example', PGHOSTADDR: '10.0.0.1' });
  const { PGSSLROOTCERT: root = '', PGSSLCERT: cert = '', PGSSLKEY: key = '' } = env;
  expect([root, cert, key].map((path) => readFileSync(path, 'utf8'))).toEqual(['CA', 'CERT', 'KEY']);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  dispose();
  expect(existsSync(key)).toBe(false);
});

test('verified without a certificate of one’s own: those that Node goes by', () => {
  const { env, dispose } = connectionEnv({ ...connection, ssl: true }, 'x');
  expect(readFileSync(env.PGSSLROOTCERT ?? '', 'utf8')).toMatch(/BEGIN CERTIFICATE/);
  dispose();
});

test('variables of this process that speak to libpq are left out', () => {
  expect(withoutPostgres({ PATH: '/bin', PGSERVICE: 'other', PGHOST: 'x', DATABASE_URL: 'y' })).toEqual({
    PATH: '/bin',
  });
});
