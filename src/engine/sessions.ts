import { terminateBackend } from '../queries/terminate_backend.ts';
import type { BackendId, Slot } from '../run/index.ts';
import type { ConnectionConfig } from './config.ts';
import { KeptSession, type KeptSessionHooks } from './kept-session.ts';
import { buildingSettings, Session, watchingSettings } from './session.ts';
import { pause } from './time.ts';

/** How long the end waits for the backend of an unanswered question to be gone. */
const END_WITHIN_MS = 5_000;
const END_AGAIN_MS = 50;
const ANSWER_WITHIN = { timeoutMs: 2_000 };

type Settings = Readonly<Record<string, string>>;

/** How this run's sessions are opened. */
export interface SessionSource {
  connection: ConnectionConfig;
  run: string;
  /** Settings of the session that compares definitions on scratch copies. */
  inspecting: Settings;
  /** Settings of the session that writes the ledger; null: there is none. */
  ledger: Settings | null;
}

/**
 * The engine's sessions. All that abort and cleaning need is open from the start, so that a full connection limit
 * cannot keep anybody from stopping: `control` cancels, `cleanup` drops when no builder is left.
 */
export class Sessions {
  /** Holds the advisory lock and does nothing else. */
  readonly lock: KeptSession;
  readonly control: KeptSession;
  readonly inspect: KeptSession;
  /** Writes the ledger and does nothing else. */
  readonly ledger: KeptSession | null;
  readonly #source: SessionSource;
  readonly #hooks: KeptSessionHooks;
  readonly #cleanup: KeptSession;
  readonly #builders: KeptSession[] = [];
  readonly #busy = new Set<string>();
  /** Sessions opened for one purpose, which their users close. */
  readonly #others = new Set<Session>();
  /** Backends whose connection was lost: the server may not have noticed, and keep them. */
  readonly #former: BackendId[] = [];
  readonly #closing = new AbortController();
  #opening: Promise<void> | null = null;
  #ledgerOpening: Promise<unknown> | null = null;

  constructor(source: SessionSource, hooks: KeptSessionHooks) {
    this.#source = source;
    this.#hooks = hooks;
    this.lock = this.#kept('lock', watchingSettings);
    this.control = this.#kept('control', watchingSettings);
    this.inspect = this.#kept('inspect', source.inspecting);
    this.ledger = source.ledger === null ? null : this.#kept('ledger', source.ledger);
    this.#cleanup = this.#kept('cleanup', buildingSettings);
  }

  /** A session of this run with settings of its own; the caller closes it. Fails once these sessions are closed. */
  async open(name: string, settings: Settings, signal?: AbortSignal): Promise<Session> {
    const { signal: closing } = this.#closing;
    const session = await this.#connect(name, settings, signal ? AbortSignal.any([signal, closing]) : closing);
    for (const other of this.#others) if (other.lost) this.#others.delete(other);
    this.#others.add(session);
    return session;
  }

  /** Opens what preflight needs: lock, control, inspect. Fails with what the server said. */
  async openToLook(): Promise<void> {
    for (const session of [this.lock, this.control, this.inspect]) await session.start();
  }

  /** Opens what the run needs besides: the cleaner and as many builders as there are jobs. */
  openToBuild(jobs: number): Promise<void> {
    // One at a time: two would make two builders of one name.
    this.#opening ??= this.#openBuilders(jobs).finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Opens the ledger's session, once. A run does not hang on it: whoever needs it later waits until there is one. */
  openLedger(): Promise<unknown> {
    this.#ledgerOpening ??= Promise.resolve(this.ledger?.start().catch(() => undefined));
    return this.#ledgerOpening;
  }

  /** Gives up the connection to a backend that is gone, so that whoever waits for its answer waits no more. */
  abandon(backend: BackendId): void {
    for (const { current } of this.#all())
      if (current?.pid === backend.pid && current.backendStart === backend.backendStart)
        current.abandon('the server has no such backend any more');
  }

  async #openBuilders(jobs: number): Promise<void> {
    await this.#cleanup.start();
    for (let n = this.#builders.length + 1; n <= jobs; n++) {
      const builder = this.#kept(`builder${n}`, buildingSettings);
      await builder.start();
      this.#builders.push(builder);
    }
  }

  /** How many builders there are, connected or coming back. */
  get builders(): number {
    return this.#builders.length;
  }

  /** The sessions that can build or drop now. */
  slots(): Slot[] {
    const slot = (kept: KeptSession, use: Slot['use']): Slot[] => {
      const session = kept.current;
      if (session === null) return [];
      const { pid, backendStart } = session;
      return [{ id: kept.name, use, pid, backendStart, busy: this.#busy.has(kept.name) }];
    };
    return [...this.#builders.flatMap((kept) => slot(kept, 'build')), ...slot(this.#cleanup, 'cleanup')];
  }

  /** The session behind a slot, kept from others until `release`; null when its connection was lost meanwhile. */
  take(slot: string): Session | null {
    this.#busy.add(slot);
    return [...this.#builders, this.#cleanup].find((kept) => kept.name === slot)?.current ?? null;
  }

  release(slot: string): void {
    this.#busy.delete(slot);
  }

  /** pids of all our backends. */
  pids(): number[] {
    return this.#all().flatMap((kept) => kept.current?.pid ?? []);
  }

  /** Closes all that works; what is left has nothing to do with the plan any more. */
  async closeWorking(): Promise<void> {
    this.#closing.abort(new Error('the sessions of this run are closed'));
    // A question under way would go on in the server after we have left it: while control is there, its backend is ended.
    const asking = [...this.#others, this.inspect.current].filter((session) => session !== null);
    // Without us such a backend stands until the server's keepalive has given it up.
    const ended = [...asking, ...this.#former];
    await Promise.all([...[...this.#others].map((session) => session.close()), this.inspect.stop()]);
    await Promise.all(ended.map((backend) => this.#end(backend)));
    const working = this.#all().filter((kept) => kept !== this.lock && kept !== this.ledger);
    await Promise.all(working.map((kept) => kept.stop()));
  }

  /** Closes the rest. The lock last: nobody else may begin while a session of ours is still there. */
  async close(): Promise<void> {
    await this.ledger?.stop();
    await this.lock.stop();
  }

  /** Ends a backend that is still there, and waits until the server has none such or does not tell in time. */
  async #end(backend: BackendId): Promise<void> {
    const control = this.control.current;
    for (const end = performance.now() + END_WITHIN_MS; control !== null && performance.now() < end; ) {
      const found = await terminateBackend(control, backend, ANSWER_WITHIN).catch(() => true);
      if (!found) return;
      await pause(END_AGAIN_MS);
    }
  }

  #all(): KeptSession[] {
    const ledger = this.ledger === null ? [] : [this.ledger];
    return [this.lock, this.control, this.inspect, ...ledger, this.#cleanup, ...this.#builders];
  }

  #kept(name: string, settings: Settings): KeptSession {
    return new KeptSession(name, (_, signal) => this.#connect(name, settings, signal), this.#hooks);
  }

  async #connect(name: string, settings: Settings, signal: AbortSignal): Promise<Session> {
    const { connection, run } = this.#source;
    const session = await Session.open({ connection, run, name, settings, signal });
    const { pid, backendStart } = session;
    session.onLost(() => this.#former.push({ pid, backendStart }));
    return session;
  }
}
