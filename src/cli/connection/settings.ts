import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { ConnectionConfig } from '../../engine/config.ts';
import { UsageError } from '../errors.ts';
import { type Environment, fromEnvironment } from './environment.ts';
import { type ConnectionFlags, fromFlags } from './flags.ts';
import type { Keywords } from './keywords.ts';
import { fromService } from './service.ts';
import { type Ssl, sslAttempts } from './ssl.ts';
import { parseUri } from './uri.ts';

/** A connection as far as it is known without asking the server or a person. */
export interface ConnectionSettings {
  config: ConnectionConfig;
  /** The name as given: `config.host` is an address when hostaddr says so. */
  hostName: string;
  isSocket: boolean;
  sslAttempts: Ssl[];
  passfile: string;
  connectTimeoutMs: number;
}

/** What the machine says; tests say it themselves. */
export interface Machine {
  home: string;
  user: () => string;
  /** Folders where a server on this machine may have its socket. */
  socketFolders: readonly string[];
}

export const thisMachine: Machine = {
  home: homedir(),
  user: () => userInfo().username,
  socketFolders: process.platform === 'win32' ? [] : ['/var/run/postgresql', '/tmp'],
};

const CONNECT_TIMEOUT_MS = 10_000;

/** DATABASE_URL counts as a whole or not at all: half of it, mixed with a -d or a PGHOST, would be another database. */
const PLACE = ['host', 'hostaddr', 'port', 'dbname', 'user', 'service'] as const;

const withDatabaseUrl = (keywords: Keywords, environment: Environment): Keywords => {
  const url = environment.DATABASE_URL;
  if (!url || PLACE.some((keyword) => keywords[keyword] !== undefined)) return keywords;
  return { ...keywords, ...parseUri(url, 'DATABASE_URL') };
};

const port = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 65_535)
    throw new UsageError(`the port ${JSON.stringify(text)} is not a number from 1 to 65535`);
  return number;
};

const single = (value: string | undefined, what: string): string | undefined => {
  if (value?.includes(','))
    throw new UsageError(`several ${what}s (${value}) are given: an index is built on one server, so name that one`);
  return value || undefined;
};

const timeout = (text: string | undefined): number => {
  if (text === undefined) return CONNECT_TIMEOUT_MS;
  if (!/^-?\d+$/.test(text)) throw new UsageError(`connect_timeout ${JSON.stringify(text)} is not a number of seconds`);
  const seconds = Number(text);
  // As in libpq: no limit is asked for with zero, and a limit is never below two seconds.
  return seconds <= 0 ? 0 : Math.max(2, seconds) * 1000;
};

/**
 * Puts the sources together, the strongest first: a URI or string of -d, the other flags, the service file, the PG*
 * variables. That is psql's order. DATABASE_URL comes last.
 */
export const connectionSettings = (
  flags: ConnectionFlags,
  environment: Environment,
  machine: Machine = thisMachine,
): ConnectionSettings => {
  const given = fromFlags(flags);
  const variables = fromEnvironment(environment);
  const service = given.service ?? variables.service;
  const servicefile = given.servicefile ?? variables.servicefile;
  const fromFile = service === undefined ? {} : fromService(service, servicefile, environment, machine.home);
  const keywords = withDatabaseUrl({ ...variables, ...fromFile, ...given }, environment);
  const portNumber = port(single(keywords.port, 'port') ?? '5432');
  const socketFolder = machine.socketFolders.find((folder) => existsSync(join(folder, `.s.PGSQL.${portNumber}`)));
  const address = single(keywords.hostaddr, 'address');
  const hostName = single(keywords.host, 'host') ?? address ?? socketFolder ?? 'localhost';
  const host = address ?? hostName;
  const isSocket = host.startsWith('/');
  const user = keywords.user ?? machine.user();
  return {
    config: {
      host,
      port: portNumber,
      user,
      database: keywords.dbname ?? user,
      ...(keywords.password === undefined ? {} : { password: keywords.password }),
      ...(keywords.options === undefined ? {} : { options: keywords.options }),
    },
    hostName,
    isSocket,
    sslAttempts: sslAttempts(keywords, isSocket, machine.home),
    passfile: keywords.passfile ?? join(machine.home, '.pgpass'),
    connectTimeoutMs: timeout(keywords.connect_timeout),
  };
};
