import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processExists } from '../../src/client/engine-alive.ts';
import { RunClient } from '../../src/client/index.ts';
import type { EngineConfig } from '../../src/engine/config.ts';
import { launchEngine } from '../../src/engine/launch.ts';
import type { Plan } from '../../src/plan/index.ts';
import type { RunEvent, RunState } from '../../src/run/index.ts';
import { options } from '../support/core.ts';
import type { TestDatabase } from '../support/database.ts';
import { LEDGER } from '../support/ledger.ts';
import { poll } from '../support/poll.ts';
import { EXIT_FILE, type KillPoint, witnessArgs } from './witness.ts';

const SHOWN_EVENTS = 15;
const GONE_WITHIN_MS = 5_000;

/** One run of the plan on one database: its engine's process, or one after the other, and an operator at its socket. */
export class Deployment {
  readonly dir: string;
  readonly #config: EngineConfig;
  #pid = 0;
  #client: RunClient | null = null;
  #engines = 0;

  private constructor(config: EngineConfig) {
    this.#config = config;
    this.dir = config.dir;
  }

  /** `through`: the way to the server. */
  static async of(database: TestDatabase, plan: Plan, through: { host: string; port: number }): Promise<Deployment> {
    const parent = await mkdtemp(join(tmpdir(), 'indexdeck-faults-'));
    const run = randomUUID();
    const { user, password } = database.server;
    const { host, port } = through;
    return new Deployment({
      run,
      dir: join(parent, run),
      version: 'test',
      start: { kind: 'new', plan, sources: [] },
      connection: { host, port, user, password, database: database.name },
      operator: 'test',
      // What fails for good ends the run, and so is seen.
      options: options({
        ...{ interactive: false, onError: 'abort', onDisconnect: 'continue', ledger: { schema: LEDGER } },
        baselineMs: 1_000,
      }),
    });
  }

  get pid(): number {
    return this.#pid;
  }

  get events(): readonly RunEvent[] {
    return this.#client?.view().events ?? [];
  }

  get state(): RunState | null {
    return this.#client?.view().state ?? null;
  }

  get alive(): boolean {
    return this.#pid !== 0 && processExists(this.#pid);
  }

  /** How many engines have worked on it so far. */
  get engines(): number {
    return this.#engines;
  }

  /** The last engine is gone, and did not go by itself. Its connections end a moment before its process does. */
  async wasKilled(): Promise<boolean> {
    await poll(() => !this.alive, GONE_WITHIN_MS).catch(() => undefined);
    return !this.alive && !existsSync(join(this.dir, EXIT_FILE));
  }

  /** Starts an engine, for the run or to take it up again, waits for preflight and says go. */
  async start(kill: { seq: number; point: KillPoint } | null = null): Promise<void> {
    await this.#client?.goodbye();
    this.#pid = 0;
    const again = { ...this.#config, start: { kind: 'resume', from: 'journal', endOrphans: false } } as const;
    const config = this.#engines === 0 ? this.#config : again;
    this.#engines += 1;
    const { pid } = await launchEngine(config, witnessArgs(this.dir, kill));
    this.#pid = pid;
    this.#client = new RunClient({ dir: this.dir, role: 'operator', name: 'test' });
    await this.until(() => this.state?.phase === 'ready' && this.#isHeard(pid), 20_000);
    const reply = await this.#client.send({ type: 'go', replaceInvalid: [], confirm: null });
    if (!reply.ok) throw new Error(reply.why);
  }

  /** The newest engine that the client has heard of is this one: what is before it is history. */
  #isHeard(pid: number): boolean {
    const began = this.events.findLast(({ type }) => type === 'run.started' || type === 'run.resumed');
    return began !== undefined && 'engine' in began && began.engine.pid === pid;
  }

  /** Waits for what events bring. Fails, with the last of them, when the engine is gone or it takes too long. */
  async until(condition: () => unknown, timeoutMs: number): Promise<void> {
    const came = Promise.withResolvers<void>();
    const look = (): void => {
      if (condition()) came.resolve();
    };
    const leave = this.#client?.subscribe(look);
    look();
    const late = setTimeout(() => came.reject(new Error(`it did not come within ${timeoutMs} ms`)), timeoutMs);
    const gone = this.#client?.closed.then(() => condition() || Promise.reject(new Error('the engine is gone')));
    try {
      await Promise.race([came.promise, gone]);
    } catch (cause) {
      throw new Error(`${(cause as Error).message}: ${condition}\n${this.tail()}`, { cause });
    } finally {
      clearTimeout(late);
      leave?.();
    }
  }

  /** Kills the engine, and waits until it is gone. */
  async kill(): Promise<void> {
    process.kill(this.#pid, 'SIGKILL');
    await poll(() => !this.alive);
    await this.#client?.closed;
  }

  /** Waits until the run is over and its engine's process gone. */
  async ended(timeoutMs: number): Promise<void> {
    await this.until(() => this.state?.phase === 'finished', timeoutMs);
    await poll(() => !this.alive, 10_000);
  }

  /** The end of what is known, for whoever has to find out why. */
  tail(): string {
    const last = this.events.slice(-SHOWN_EVENTS).map((event) => JSON.stringify(event).slice(0, 300));
    const log = (() => {
      try {
        return readFileSync(join(this.dir, 'engine.log'), 'utf8');
      } catch {
        return '';
      }
    })();
    return [...last, `engine.log: ${log}`, `all of it: ${this.dir}`].join('\n');
  }

  /** Ends what is left of it; its directory stays for whoever has to find out why it failed. */
  async clear(failed: boolean): Promise<void> {
    await this.#client?.goodbye();
    if (this.alive) process.kill(this.#pid, 'SIGKILL');
    if (!failed) await rm(join(this.dir, '..'), { recursive: true, force: true });
  }
}
