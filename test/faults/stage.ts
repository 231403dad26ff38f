import type { Cluster } from '../../src/demo/cluster.ts';
import { loadDemo } from '../../src/demo/load.ts';
import type { Plan } from '../../src/plan/index.ts';
import type { IndexEntry } from '../support/catalog.ts';
import { createDatabase } from '../support/database.ts';
import { demoPlanText, plannedIndexes } from '../support/planned-indexes.ts';
import { planFrom } from '../support/run.ts';
import { createServer, type ServerVersion } from '../support/server.ts';

/** What all scenarios on one server have in common. */
export interface Stage {
  version: ServerVersion;
  /** A server of their own: it is restarted and frozen. */
  server: Cluster;
  /** The database that each scenario gets a copy of. */
  template: string;
  plan: Plan;
  /** The planned indexes as plain SQL makes them. */
  planned: IndexEntry[];
}

/** Small enough for a run of some seconds. */
const SCALE = 0.1;

/** Whoever calls this destroys the server. */
export const setStage = async (version: ServerVersion): Promise<Stage> => {
  const server = await createServer({ version });
  try {
    const { name: template, connectionString } = await createDatabase(version, { server });
    await loadDemo(connectionString, { scale: SCALE });
    const reference = await createDatabase(version, { server, template });
    const planned = await plannedIndexes(reference);
    await reference.drop();
    return { version, server, template, plan: await planFrom(demoPlanText), planned };
  } catch (error) {
    await server.destroy();
    throw error;
  }
};
