import { startTraffic } from '../../src/demo/traffic.ts';
import { catalogOf } from '../support/catalog.ts';
import { createDatabase } from '../support/database.ts';
import { startProxy } from '../support/tcp-proxy.ts';
import { killAtBoundaries } from './boundaries.ts';
import { Deployment } from './deployment.ts';
import { lookAfter, problemsOf } from './end-conditions.ts';
import { inject } from './inject.ts';
import { momentOf } from './moment.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** What came of one scenario. */
export interface Result {
  scenario: Scenario;
  version: number;
  /** Sessions or processes that the fault hit. */
  hit: number;
  /** Engines that worked on the run. */
  engines: number;
  /** Connections that were lost, builds that failed or were lost and had to be looked up or built again. */
  lost: number;
  retried: number;
  durationMs: number;
  /** Empty when the run reached its goal and left nothing behind. */
  problems: string[];
  /** The end of the run's events. */
  tail: string;
}

/** Everybody's waits are that much shorter than in the demo: a build waits for each open transaction. */
const PACE = 20;
const END_WITHIN_MS = 60_000;

/** Deploys the plan on a database of its own, under traffic, with the fault, and looks at the end of it. */
export const play = async (stage: Stage, scenario: Scenario): Promise<Result> => {
  const { server, version, template, plan, planned } = stage;
  const { fault } = scenario;
  const database = await createDatabase(version, { server, template, mayLeaveSessions: true });
  const before = await catalogOf(database);
  const proxy = fault.kind === 'network' ? await startProxy(server) : null;
  const deployment = await Deployment.of(database, plan, proxy ?? server);
  const traffic = await startTraffic(database.connectionString, scenario.seed, PACE);
  const began = performance.now();
  const problems: string[] = [];
  let hit = 0;
  try {
    if (fault.kind === 'boundaries') hit = await killAtBoundaries(deployment, fault.first, END_WITHIN_MS);
    else {
      await deployment.start();
      await momentOf(deployment, scenario.moment);
      hit = await inject({ server, database, deployment, proxy }, fault);
    }
    if (hit === 0) problems.push('the fault hit nothing');
    await deployment.ended(END_WITHIN_MS);
  } catch (error) {
    problems.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  const durationMs = performance.now() - began;
  try {
    await traffic.stop();
    // Before the network is closed: a backend that it left half-open is one that the run left.
    problems.push(...problemsOf({ planned, before }, await lookAfter(database, deployment.dir)));
    const count = (...types: string[]) => deployment.events.filter(({ type }) => types.includes(type)).length;
    const retried = count('build.started') - planned.length;
    const lost = count('connection.lost');
    const { engines } = deployment;
    return { scenario, version, hit, engines, lost, retried, durationMs, problems, tail: deployment.tail() };
  } finally {
    await deployment.clear(problems.length > 0);
    await proxy?.close();
    await database.drop();
  }
};
