import { type Memory, runPreflight } from '../../../src/engine/preflight/index.ts';
import type { PreflightInput } from '../../../src/engine/preflight/run-preflight.ts';
import type { Finding } from '../../../src/plan/index.ts';
import { DEFAULT_GATES, type PreflightFacts, type RunOptions } from '../../../src/run/index.ts';
import type { TestDatabase } from '../../support/database.ts';
import { inspecting, planOf } from '../catalog/support.ts';

export const runOptions = (changes: Partial<RunOptions> = {}): RunOptions => ({
  jobs: 2,
  environment: null,
  onError: 'pause',
  onDisconnect: 'continue',
  retries: 3,
  autoContinue: true,
  replaceInvalid: false,
  noBackup: null,
  backup: null,
  giveUpMs: 3_600_000,
  gates: { ...DEFAULT_GATES },
  settings: {},
  ledger: null,
  interactive: false,
  ...changes,
});

interface Scene {
  as?: { user: string; password: string };
  options?: Partial<RunOptions>;
  pooling?: PreflightInput['pooling'];
  makeConcurrent?: boolean;
  allowDrops?: boolean;
  memory?: Memory;
  /** Writes are not watched, if it does not say for how long. */
  watchedMs?: number;
}

/** Preflight of a script on a test's database, as the engine runs it. */
export async function preflightOf(database: TestDatabase, sql: string, scene: Scene = {}): Promise<PreflightFacts> {
  const inspect = await inspecting(database, scene.as);
  return runPreflight({
    inspect,
    plan: await planOf(sql, { makeConcurrent: scene.makeConcurrent ?? false, allowDrops: scene.allowDrops ?? false }),
    options: runOptions(scene.options),
    ours: [inspect.pid],
    pooling: scene.pooling ?? 'none',
    // However busy the machine is.
    sampleMs: 30_000,
    ...(scene.memory === undefined ? {} : { memory: scene.memory }),
    watchedMs: scene.watchedMs ?? 0,
  });
}

/** The findings of one code, in order. */
export const coded = (facts: PreflightFacts, code: string): Finding[] =>
  facts.findings.filter((finding) => finding.code === code);

export const blocking = (facts: PreflightFacts): string[] =>
  facts.findings.filter((finding) => finding.level === 'blocks').map((finding) => finding.code);
