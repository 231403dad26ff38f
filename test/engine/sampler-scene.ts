import { onTestFinished } from 'vitest';
import { Sampler, type SamplerOptions } from '../../src/engine/sampler.ts';
import { buildingSettings, Session, watchingSettings } from '../../src/engine/session.ts';
import type { ErrorFacts, Sample } from '../../src/run/index.ts';
import type { Work } from '../../src/run/sampling.ts';
import type { TestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';

export interface Login {
  user: string;
  password: string;
}

export const connectionTo = (database: TestDatabase, login: Login = database.server) => ({
  host: database.server.host,
  port: database.server.port,
  user: login.user,
  password: login.password,
  database: database.name,
});

const openSession = async (
  database: TestDatabase,
  name: string,
  settings: Readonly<Record<string, string>>,
  login?: Login,
) => {
  const session = await Session.open({ connection: connectionTo(database, login), name, run: 'test-run', settings });
  onTestFinished(() => session.close());
  return session;
};

export const builder = (database: TestDatabase, login?: Login): Promise<Session> =>
  openSession(database, 'builder', buildingSettings, login);

export const watcher = (database: TestDatabase, login?: Login): Promise<Session> =>
  openSession(database, 'watcher', watchingSettings, login);

/** A role that may build in the schema public and sees nothing of others. Drop it when its sessions are closed. */
export const plainRole = async (database: TestDatabase): Promise<Login & { drop(): Promise<void> }> => {
  const user = `plain_${database.name}`;
  await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'plain'`);
  await database.sql(`GRANT CREATE ON SCHEMA public TO ${user}`);
  const drop = async (): Promise<void> => {
    await database.sql(`DROP OWNED BY ${user}`);
    await database.sql(`DROP ROLE ${user}`);
  };
  return { user, password: 'plain', drop };
};

export interface SamplerScene {
  sampler: Sampler;
  samples: Sample[];
  failures: unknown[];
  lost: ErrorFacts[];
  restored: number[];
  /** What the builders do, as the engine would tell. */
  works: Work[];
  pids: number[];
  /** The first sample from now on for which the condition holds. */
  until(condition: (sample: Sample) => boolean, timeout?: number): Promise<Sample>;
}

/** A sampler that reads ten times a second until the test ends. */
export const sampling = async (
  database: TestDatabase,
  options: { login?: Login } & Partial<SamplerOptions> = {},
): Promise<SamplerScene> => {
  const { login, ...others } = options;
  const scene: Omit<SamplerScene, 'sampler' | 'until'> = {
    samples: [],
    failures: [],
    lost: [],
    restored: [],
    works: [],
    pids: [],
  };
  const sampler = new Sampler({
    open: (signal) =>
      Session.open({
        connection: connectionTo(database, login),
        name: 'sampler',
        run: 'test-run',
        settings: watchingSettings,
        signal,
      }),
    ours: () => ({ pids: scene.pids, works: scene.works }),
    onSample: (sample) => scene.samples.push(sample),
    onFailure: (error) => scene.failures.push(error),
    onLost: (error) => scene.lost.push(error),
    onRestored: (afterMs) => scene.restored.push(afterMs),
    intervalMs: 100,
    ...others,
  });
  onTestFinished(() => sampler.stop());
  sampler.start();
  const until: SamplerScene['until'] = (condition, timeout) => {
    const from = scene.samples.length;
    return poll(() => scene.samples.slice(from).find(condition), timeout);
  };
  return { ...scene, sampler, until };
};
