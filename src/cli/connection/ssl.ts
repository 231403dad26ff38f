import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import type { ConnectionConfig } from '../../engine/config.ts';
import { UsageError } from '../errors.ts';
import type { Keywords } from './keywords.ts';

export type Ssl = NonNullable<ConnectionConfig['ssl']>;

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof MODES)[number];

const isMode = (text: string): text is SslMode => (MODES as readonly string[]).includes(text);

const read = (path: string, what: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read the ${what} ${path}: ${(cause as Error).message}`, { cause });
  }
};

/** A file that a keyword names, or the one at libpq's default place if it is there. */
const fileOr = (named: string | undefined, fallback: string): string | null =>
  named ?? (existsSync(fallback) ? fallback : null);

const authority = (path: string): string =>
  path === 'system' ? getCACertificates('system').join('\n') : read(path, 'root certificate');

const encrypted = (mode: SslMode, keywords: Keywords, home: string): Ssl => {
  const folder = join(home, '.postgresql');
  const cert = fileOr(keywords.sslcert, join(folder, 'postgresql.crt'));
  const key = fileOr(keywords.sslkey, join(folder, 'postgresql.key'));
  const root = fileOr(keywords.sslrootcert, join(folder, 'root.crt'));
  // With a root certificate at hand, `require` verifies it too, as libpq does. The name is checked whenever the
  // certificate is: what is handed to the engine is plain data, which cannot say otherwise.
  const verify = mode === 'verify-ca' || mode === 'verify-full' || (mode === 'require' && root !== null);
  return {
    rejectUnauthorized: verify,
    ...(verify && root !== null ? { ca: authority(root) } : {}),
    ...(cert !== null && key !== null ? { cert: read(cert, 'client certificate'), key: read(key, 'client key') } : {}),
    ...(keywords.hostaddr !== undefined && keywords.host !== undefined ? { servername: keywords.host } : {}),
  };
};

/** The ways to try, one after the other, that the sslmode allows; a socket on this machine is never encrypted. */
export const sslAttempts = (keywords: Keywords, isSocket: boolean, home: string): Ssl[] => {
  const mode = keywords.sslmode ?? 'prefer';
  if (!isMode(mode)) throw new UsageError(`sslmode ${JSON.stringify(mode)} is not known: ${MODES.join(', ')}`);
  if (isSocket || mode === 'disable') return [false];
  const ssl = encrypted(mode, keywords, home);
  if (mode === 'allow') return [false, ssl];
  return mode === 'prefer' ? [ssl, false] : [ssl];
};
