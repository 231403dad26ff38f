import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { RunClient } from '../../src/client/index.ts';
import type { EngineConfig } from '../../src/engine/config.ts';
import { launchEngine } from '../../src/engine/launch.ts';
import { loadParser, type Plan, type PlanOptions, readPlan } from '../../src/plan/index.ts';
import type { Command, RunEvent, RunOptions, RunState, StepState } from '../../src/run/index.ts';
import { options } from './core.ts';
import type { TestDatabase } from './database.ts';
import { expectSameAsJournal, LEDGER } from './ledger.ts';
import { poll } from './poll.ts';

/** Most tests are not about the rate of rollbacks: one reading of it is enough for them. */
const BASELINE_MS = 1_000;

/** Reads a plan from a text, as the command line would from a file. */
export const planFrom = async (sql: string, planOptions: Partial<PlanOptions> = {}): Promise<Plan> => {
  await loadParser();
  const plan = readPlan(
    [{ path: 'plan.sql', bytes: Buffer.from(sql) }],
    () => {
      throw new Error('no includes in this test');
    },
    { makeConcurrent: false, ...planOptions },
  );
  if (plan.problems.length > 0) throw new Error(JSON.stringify(plan.problems));
  return plan;
};

/** A real engine, in its own process, on a real server, with one operator at its socket. */
export interface TestRun {
  config: EngineConfig;
  database: TestDatabase;
  client: RunClient;
  dir: string;
  pid: number;
  state(): RunState;
  events(): readonly RunEvent[];
  of<T extends RunEvent['type']>(type: T): Extract<RunEvent, { type: T }>[];
  step(name: string): StepState;
  until(condition: (state: RunState) => unknown, timeoutMs?: number): Promise<RunState>;
  command(command: Command): Promise<{ ok: boolean; why: string }>;
  /** Waits for preflight to find nothing that blocks, and says go. */
  go(replaceInvalid?: number[]): Promise<void>;
  /** Waits for the end, by when the ledger has all that the journal has; what the engine's own log says is in the error if it does not come. */
  end(timeoutMs?: number): Promise<RunState>;
  /** Ends the engine's process with SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface ResumeSetup {
  endOrphans?: boolean;
  options?: Partial<RunOptions>;
}

export interface RunSetup {
  options?: Partial<RunOptions>;
  plan?: Partial<PlanOptions>;
  /** The ledger will lack events at the end, such as where the role may not make one: the test says why. */
  ledgerLacks?: boolean;
  connection?: { user?: string; password?: string; host?: string; port?: number };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Starts an engine, with an operator at its socket; both go when the test ends. */
const follow = async (config: EngineConfig, database: TestDatabase, ledgerLacks = false): Promise<TestRun> => {
  const { dir, run } = config;
  const chosen = config.options;
  const { pid } = await launchEngine(config);
  const client = new RunClient({ dir, role: 'operator', name: 'test' });
  onTestFinished(async () => {
    await client.goodbye();
    if (alive(pid)) process.kill(pid, 'SIGTERM');
    await poll(() => !alive(pid), 20_000).catch(() => process.kill(pid, 'SIGKILL'));
    await rm(dirname(dir), { recursive: true, force: true });
  });
  const state = (): RunState => {
    const now = client.view().state;
    if (now === null) throw new Error('no event has come yet');
    return now;
  };
  const until = async (condition: (state: RunState) => unknown, timeoutMs = 20_000): Promise<RunState> => {
    try {
      await poll(() => client.view().state !== null && Boolean(condition(state())), timeoutMs);
    } catch (cause) {
      const log = await readFile(join(dir, 'engine.log'), 'utf8').catch(() => '');
      const last = client
        .view()
        .events.slice(-12)
        .map((event) => JSON.stringify(event).slice(0, 400));
      throw new Error(`it did not come: ${condition}\n${last.join('\n')}\nengine.log: ${log}`, { cause });
    }
    return state();
  };
  return {
    config,
    database,
    client,
    dir,
    pid,
    state,
    until,
    events: () => client.view().events,
    of: <T extends RunEvent['type']>(type: T) =>
      client.view().events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type),
    step: (name) => {
      const step = state().steps.find((each) => 'name' in each.step && each.step.name === name);
      if (step === undefined) throw new Error(`no step ${name}`);
      return step;
    },
    command: (command) => client.send(command),
    go: async (replaceInvalid = []) => {
      await until((now) => now.phase === 'ready');
      const reply = await client.send({ type: 'go', replaceInvalid, confirm: database.name });
      if (!reply.ok) throw new Error(reply.why);
    },
    end: async (timeoutMs = 60_000) => {
      await until((now) => now.phase === 'finished', timeoutMs);
      await poll(() => !alive(pid), 10_000);
      // Before the go nothing is written.
      if (chosen.ledger && state().approvedAt !== null && !ledgerLacks)
        await expectSameAsJournal(database, { run, dir, schema: chosen.ledger.schema });
      return state();
    },
    kill: async () => {
      process.kill(pid, 'SIGKILL');
      await poll(() => !alive(pid));
      await client.closed;
    },
  };
};

export const startRun = async (database: TestDatabase, sql: string, setup: RunSetup = {}): Promise<TestRun> => {
  const parent = await mkdtemp(join(tmpdir(), 'indexdeck-run-'));
  const run = randomUUID();
  const { host, port, user, password } = database.server;
  const config: EngineConfig = {
    run,
    dir: join(parent, run),
    version: 'test',
    connection: { host, port, user, password, database: database.name, ...setup.connection },
    operator: 'test',
    options: options({
      interactive: false,
      ledger: { schema: LEDGER },
      baselineMs: BASELINE_MS,
      quickLook: true,
      ...setup.options,
    }),
    start: { kind: 'new', plan: await planFrom(sql, setup.plan), sources: [] },
  };
  return await follow(config, database, setup.ledgerLacks);
};

/** Another engine takes up a run whose engine is gone. */
export const resumeRun = (run: TestRun, { endOrphans = false, options }: ResumeSetup = {}): Promise<TestRun> =>
  follow(
    {
      ...run.config,
      options: { ...run.config.options, ...options },
      start: { kind: 'resume', from: 'journal', endOrphans },
    },
    run.database,
  );

/** An engine that takes up a run, whose engine is gone, to drop what it created. */
export const rollbackRun = (run: TestRun, options: Partial<RunOptions> = {}): Promise<TestRun> =>
  follow(
    {
      ...run.config,
      options: { ...run.config.options, ...options },
      start: { kind: 'rollback', from: 'journal' },
    },
    run.database,
  );

/** What is left of indexdeck on a server, by its application names: nothing, after a run. */
export const sessionsOf = (database: TestDatabase): Promise<{ application_name: string }[]> =>
  database.sql(
    `SELECT application_name FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'indexdeck %'`,
  );

/** Every index of a database that is not valid. */
export const invalidIndexes = async (database: TestDatabase): Promise<string[]> =>
  (
    await database.sql<{ name: string }>(
      'SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid ORDER BY 1',
    )
  ).map((row) => row.name);
