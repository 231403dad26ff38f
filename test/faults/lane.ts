import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerVersion } from '../support/server.ts';
import { play, type Result } from './play.ts';
import { BOUNDARY_SEEDS, detailOf, FAULTS, nameOf, scenarioOf } from './scenario.ts';
import { type Stage, setStage } from './stage.ts';
import { runTable } from './table.ts';

const env = process.env;

const upTo = (count: string | undefined, from: number): number[] =>
  Array.from({ length: Number(count ?? 0) }, (_, n) => from + n);

/** The seeds to play: those that are asked for; as many as are asked for, in two lanes; else a handful. */
const seedsFor = (handful: readonly number[], lane: number): number[] => {
  if (env.INDEXDECK_FAULTS_SEEDS !== undefined) return env.INDEXDECK_FAULTS_SEEDS.split(',').map(Number);
  if (env.INDEXDECK_FAULTS === undefined) return [...handful];
  // Whole turns alternate, so that each lane has every fault.
  const turns = upTo(env.INDEXDECK_FAULTS, 0).filter((seed) => Math.floor(seed / FAULTS) % 2 === lane);
  const boundaries = upTo(env.INDEXDECK_FAULTS_BOUNDARIES, BOUNDARY_SEEDS).filter((seed) => seed % 2 === lane);
  return [...turns, ...boundaries];
};

/** Plays scenarios on a server of this version, one after the other. */
export const playLane = (version: ServerVersion, lane: number, handful: readonly number[]): void => {
  const seeds = seedsFor(handful, lane);
  describe.skipIf(seeds.length === 0)(`faults on PostgreSQL ${version}`, () => {
    if (seeds.length === 0) it('has none to play', () => undefined);
    let stage: Stage;
    const results: Result[] = [];

    beforeAll(async () => {
      stage = await setStage(version);
    });
    afterAll(async () => {
      await stage?.server.destroy();
      process.stdout.write(`\n${runTable(results)}\n`);
    });

    it.each(
      seeds
        .map(scenarioOf)
        .map((scenario) => [scenario.seed, nameOf(scenario.fault), detailOf(scenario), scenario] as const),
    )(
      '%i: %s, %s',
      async (seed, _name, _detail, scenario) => {
        const result = await play(stage, scenario);
        results.push(result);
        if (env.INDEXDECK_FAULTS_RESULTS !== undefined)
          appendFileSync(env.INDEXDECK_FAULTS_RESULTS, `${JSON.stringify(result)}\n`);
        const again = `INDEXDECK_FAULTS_SEEDS=${seed} npx vitest run test/faults/faults-${version}.test.ts`;
        expect(result.problems, `${result.tail}\nto play it again: ${again}\n`).toEqual([]);
      },
      200_000,
    );
  });
};
