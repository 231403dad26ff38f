import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import type { ConnectionConfig } from '../config.ts';

/** A connection as libpq's programs take it from their environment, and the files that go with it. */
export interface ConnectionEnv {
  env: Record<string, string>;
  /** Removes the files. Never fails. */
  dispose(): void;
}

type Ssl = Exclude<NonNullable<ConnectionConfig['ssl']>, boolean>;

/**
 * A file that cannot be. Named where a file must not be used: else libpq takes those of ~/.postgresql and ~/.pgpass, which
 * our own connection did without. libpq passes over certificates and password files that are not there.
 */
const NO_FILE = '/dev/null/none';

const sslEnv = (ssl: Ssl, file: (name: string, text: string) => string): Record<string, string> => {
  const { rejectUnauthorized: verify = true, ca, cert, key } = ssl;
  const both = cert !== undefined && key !== undefined;
  return {
    PGSSLMODE: verify ? 'verify-full' : 'require',
    // libpq below 16 has no word for the system's store: it gets the certificates that our own connection was checked with.
    PGSSLROOTCERT: verify ? file('root.crt', ca ?? getCACertificates('default').join('\n')) : NO_FILE,
    PGSSLCERT: both ? file('client.crt', cert) : NO_FILE,
    PGSSLKEY: both ? file('client.key', key) : NO_FILE,
  };
};

/** Certificates and keys in a folder for this account alone, made when there is something to put into it. */
const tlsFiles = () => {
  let dir: string | null = null;
  return {
    file: (name: string, text: string): string => {
      dir ??= mkdtempSync(join(tmpdir(), 'indexdeck-tls-'));
      const path = join(dir, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    dispose: (): void => {
      if (dir !== null) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};

/**
 * The variables that make libpq connect exactly as `connection` says: the same server, login and encryption, and nothing
 * from a service file or the machine's own variables. The password is in the environment of that process alone, where
 * its own account can read it; it is never an argument. `application` is its application_name, of at most 63 bytes.
 */
export const connectionEnv = (connection: ConnectionConfig, application: string): ConnectionEnv => {
  const { host, port, user, database, password, options, ssl = false } = connection;
  const tls = ssl === true ? {} : ssl;
  const named = tls === false ? undefined : tls.servername;
  const { file, dispose } = tlsFiles();
  const env = {
    ...(named === undefined ? { PGHOST: host } : { PGHOST: named, PGHOSTADDR: host }),
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    ...(typeof password === 'string' ? { PGPASSWORD: password } : {}),
    ...(options === undefined ? {} : { PGOPTIONS: options }),
    PGPASSFILE: NO_FILE,
    PGGSSENCMODE: 'disable',
    PGCONNECT_TIMEOUT: '10',
    PGAPPNAME: application,
    ...(tls === false ? { PGSSLMODE: 'disable' } : sslEnv(tls, file)),
  };
  return { env, dispose };
};

/** This process's variables without those that speak to libpq: a PGSERVICE here would lead to another server. */
export const withoutPostgres = (env: NodeJS.ProcessEnv): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && !name.startsWith('PG') && name !== 'DATABASE_URL') kept[name] = value;
  return kept;
};
