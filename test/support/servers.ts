import type { TestProject } from 'vitest/node';
import type { Cluster } from '../../src/demo/cluster.ts';
import type { ClusterFolder } from '../../src/demo/folder.ts';
import { createServer, prepareFolder, type ServerVersion, versions } from './server.ts';

/** How to reach a running test server, as test files get it. */
export interface SharedServer {
  host: string;
  port: number;
  user: string;
  password: string;
  logFile: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: Record<ServerVersion, SharedServer>;
    /** Data folders that were initialised, and are nobody's: to begin with as a copy. */
    folders: Record<ServerVersion, string>;
  }
}

/**
 * Starts one server of each version for the whole run. They end with this process whatever becomes of it: each has a
 * reaper, so a run ended by a signal needs nothing here.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled(versions.map(begin));
  const begun = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const teardown = async () => {
    await Promise.all(begun.flatMap(({ server, folder }) => [server.destroy(), folder.remove()]));
  };
  for (const result of started) {
    if (result.status === 'rejected') {
      await teardown();
      throw result.reason;
    }
  }
  const byVersion = <T>(of: (each: Begun) => T) =>
    Object.fromEntries(begun.map((each) => [each.version, of(each)])) as Record<ServerVersion, T>;
  project.provide(
    'servers',
    byVersion(({ server }) => share(server)),
  );
  project.provide(
    'folders',
    byVersion(({ folder }) => folder.data),
  );
  return teardown;
}

interface Begun {
  version: ServerVersion;
  server: Cluster;
  folder: ClusterFolder;
}

async function begin(version: ServerVersion): Promise<Begun> {
  const folder = await prepareFolder(version);
  return { version, folder, server: await createServer({ version, copyOf: folder.data }) };
}

function share({ host, port, user, password, logFile }: Cluster): SharedServer {
  return { host, port, user, password, logFile };
}
