import pg from 'pg';
import type { ConnectionConfig } from '../../engine/config.ts';
import { plainText } from '../../run/plain-text.ts';
import { readPassfile } from './passfile.ts';
import type { ConnectionSettings } from './settings.ts';
import type { Ssl } from './ssl.ts';

/** The database is not to be had; the message says why, and what to do. */
export class UnreachableError extends Error {}

/** How a password is asked for; null when nobody is there or the person gave up. */
export type AskPassword = (question: string) => Promise<string | null>;

const NO_SSL = 'The server does not support SSL connections';
/** No pg_hba.conf entry for this way of connecting: the other way may have one. */
const INVALID_AUTHORIZATION = '28000';

const sqlstate = (error: unknown): string | undefined => (error as { code?: string }).code;

const isAboutSsl = (error: unknown): boolean =>
  (error as Error).message === NO_SSL || sqlstate(error) === INVALID_AUTHORIZATION;

const advice = (error: unknown): string => {
  switch (sqlstate(error)) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return 'check that the server runs there and accepts connections: -h, -p';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host’s name is not known: check -h';
    case 'EACCES':
      return 'this user may not open the server’s socket';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'check the network, and -h and -p';
    case '28P01':
      return 'check the password: PGPASSWORD, ~/.pgpass, or the question on a terminal';
    case INVALID_AUTHORIZATION:
      return 'check -U, and the server’s pg_hba.conf';
    case '3D000':
      return 'check -d';
    case '53300':
      return 'all connections are in use: this is not the moment';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'the certificate is for another name: give that name with -h, and the address with hostaddr';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'name the certificate of the authority that signed the server’s: PGSSLROOTCERT';
    default:
      return (error as Error).message === NO_SSL ? 'sslmode demands encryption, and the server has none' : '';
  }
};

/** An error that a host with several addresses gives has its reasons inside. */
const reason = (error: unknown): string => {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return plainText(first instanceof Error ? first.message : String(first)).replace(/[\s.:]+$/, '');
};

const unreachable = ({ config, hostName }: ConnectionSettings, error: unknown): UnreachableError => {
  const at = hostName.startsWith('/') ? `${hostName}, port ${config.port}` : `${hostName}:${config.port}`;
  const parts = [`cannot connect to ${config.database} at ${at} as ${config.user}: ${reason(error)}`, advice(error)];
  return new UnreachableError(parts.filter((part) => part !== '').join('. '), { cause: error });
};

const tryOnce = async (
  settings: ConnectionSettings,
  ssl: Ssl,
  password: () => Promise<string>,
): Promise<ConnectionConfig> => {
  const client = new pg.Client({
    ...settings.config,
    password,
    ssl,
    application_name: 'indexdeck',
    connectionTimeoutMillis: settings.connectTimeoutMs,
  });
  // A connection that breaks after it was refused says so a second time.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => undefined);
  }
  return { ...settings.config, ssl };
};

/** The server asks for a password, and none is known yet. */
class PasswordNeeded extends Error {}

/** Tries each way that the sslmode allows; what the first was refused for is what is reported. */
const tryAll = async (settings: ConnectionSettings, password: () => Promise<string>): Promise<ConnectionConfig> => {
  let failure: unknown;
  for (const ssl of settings.sslAttempts) {
    try {
      return await tryOnce(settings, ssl, password);
    } catch (error) {
      if (failure === undefined || (failure as Error).message === NO_SSL) failure = error;
      if (!isAboutSsl(error)) break;
    }
  }
  throw failure;
};

const NO_PASSWORD = 'the server asks for a password and none is given: PGPASSWORD, ~/.pgpass, or a terminal to ask on';

/**
 * Connects once, and gives the connection as it worked: encrypted or not as sslmode and server agree, with the password
 * if the server asked for one. No statement is sent.
 */
export const logIn = async (
  settings: ConnectionSettings,
  ask: AskPassword,
  warn: (text: string) => void,
): Promise<ConnectionConfig> => {
  const { config, hostName, isSocket, passfile } = settings;
  const { user, database, port } = config;
  const entry = { host: isSocket ? 'localhost' : hostName, port: String(port), database, user };
  let known = typeof config.password === 'string' ? config.password : null;
  let wasAsked = false;
  const password = async (): Promise<string> => {
    wasAsked = true;
    known ??= readPassfile(passfile, entry, warn);
    if (known === null) throw new PasswordNeeded(NO_PASSWORD);
    return known;
  };
  const attempt = async (): Promise<ConnectionConfig> => {
    const worked = await tryAll(settings, password);
    return wasAsked && known !== null ? { ...worked, password: known } : worked;
  };
  try {
    return await attempt().catch(async (error: unknown) => {
      if (!(error instanceof PasswordNeeded)) throw error;
      // Asked with no connection open: the server would not wait as long as a person may take.
      known = await ask(`Password for user ${plainText(user)} on ${plainText(hostName)}: `);
      if (known === null) throw error;
      return await attempt();
    });
  } catch (error) {
    throw unreachable(settings, error);
  }
};
