import type { TestProject } from 'vitest/node';
import type { Cluster } from '../../src/demo/cluster.ts';
import { createServer, type ServerVersion, versions } from './server.ts';

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
  }
}

/**
 * Starts one server of each version for the whole run. They end with this process whatever becomes of it: each has a
 * reaper, so a run ended by a signal needs nothing here.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled(versions.map((version) => createServer({ version })));
  const clusters = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const teardown = async () => {
    await Promise.all(clusters.map((cluster) => cluster.destroy()));
  };
  for (const result of started) {
    if (result.status === 'rejected') {
      await teardown();
      throw result.reason;
    }
  }
  const shared = clusters.map((cluster, at) => [versions[at], share(cluster)]);
  project.provide('servers', Object.fromEntries(shared) as Record<ServerVersion, SharedServer>);
  return teardown;
}

function share({ host, port, user, password, logFile }: Cluster): SharedServer {
  return { host, port, user, password, logFile };
}
