import type { Keyword, Keywords } from './keywords.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES: readonly [string, Keyword][] = [
  ['PGHOST', 'host'],
  ['PGHOSTADDR', 'hostaddr'],
  ['PGPORT', 'port'],
  ['PGDATABASE', 'dbname'],
  ['PGUSER', 'user'],
  ['PGPASSWORD', 'password'],
  ['PGPASSFILE', 'passfile'],
  ['PGSERVICE', 'service'],
  ['PGSERVICEFILE', 'servicefile'],
  ['PGOPTIONS', 'options'],
  ['PGCONNECT_TIMEOUT', 'connect_timeout'],
  ['PGSSLMODE', 'sslmode'],
  ['PGSSLROOTCERT', 'sslrootcert'],
  ['PGSSLCERT', 'sslcert'],
  ['PGSSLKEY', 'sslkey'],
];

/** What the PG* variables say; an empty one says nothing. */
export const fromEnvironment = (environment: Environment): Keywords =>
  Object.fromEntries(VARIABLES.flatMap(([name, keyword]) => (environment[name] ? [[keyword, environment[name]]] : [])));
