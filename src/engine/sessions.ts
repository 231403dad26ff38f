import { backendAlive } from '../queries/backend_alive.ts';
import { terminateBackend } from '../queries/terminate_backend.ts';
import { type BackendId, isSameServer, type ServerIdentity, type Slot } from '../run/index.ts';
import type { ConnectionConfig } from './config.ts';
import { readIdentity } from './identity.ts';
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

export interface SessionsHooks extends KeptSessionHooks {
  /** Tells which server a new session has reached; gives why nothing may be sent to it, or null. */
  reached(server: ServerIdentity): string | null;
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
  readonly #hooks: SessionsHooks;
  readonly #cleanup: KeptSession;
  readonly #builders: KeptSession[] = [];
  readonly #busy = new Set<string>();
  /** Sessions opened for one purpose, which their users close. */
  readonly #others = new Set<Session>();
  /** All that are connected. */
  readonly #connected = new Set<Session>();
  /** Backends whose connections were lost or given up: the server may keep them for long. */
  readonly #former = new Set<BackendId>();
  readonly #servers = new WeakMap<Session, ServerIdentity>();
  readonly #closing = new AbortController();
  #opening: Promise<void> | null = null;
  #ledgerOpening: Promise<unknown> | null = null;

  constructor(source: SessionSource, hooks: SessionsHooks) {
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

  /** A former server may still hold connections of ours: nothing more is sent there. */
  #leaveOthersThan(server: ServerIdentity): void {
    for (const other of this.#connected) {
      const its = this.#servers.get(other);
      if (its !== undefined && !isSameServer(its, server))
        other.abandon('another server has taken the place of its own');
    }
  }

  /**
   * Ends the backends that lost connections of ours left idle: behind a proxy the server may never notice that nobody is
   * there. One that works is left, since a build is waited for. Never fails.
   */
  async endFormer(): Promise<void> {
    const control = this.control.current;
    if (control === null) return;
    for (const backend of this.#former) {
      const state = await backendAlive(control, backend, ANSWER_WITHIN).catch(() => undefined);
      if (state === null) this.#former.delete(backend);
      else if (state?.startsWith('idle')) await terminateBackend(control, backend, ANSWER_WITHIN).catch(() => false);
    }
  }

  /** The sessions that wait for the answer to a statement without a time limit. */
  unanswered(): Session[] {
    return this.#all().flatMap(({ current }) => (current === null || current.unanswered === null ? [] : [current]));
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

  /** pids of the backends that are kept. */
  pids(): number[] {
    return this.#all().flatMap((kept) => kept.current?.pid ?? []);
  }

  /** pids of the backends that were opened for one purpose. */
  otherPids(): number[] {
    return [...this.#others].flatMap(({ lost, pid }) => (lost ? [] : [pid]));
  }

  /** Closes all that works; what is left has nothing to do with the plan any more. */
  async closeWorking(): Promise<void> {
    this.#closing.abort(new Error('the sessions of this run are closed'));
    const last = [this.control, this.ledger, this.lock];
    const stay = last.map((kept) => kept?.current);
    const leaving = [...this.#connected].filter((session) => !stay.includes(session));
    await Promise.all(this.#all().map((kept) => (last.includes(kept) ? undefined : kept.stop())));
    await Promise.all([...this.#others].map((session) => session.close()));
    // A question under way would go on in the server after we have left it, and a goodbye may not have arrived over a
    // connection that was dead without a word: what is left of them is ended, as soon as control is there for it.
    for (const { pid, backendStart } of leaving) this.#former.add({ pid, backendStart });
    const control = await this.#controlWithin(END_WITHIN_MS);
    if (control !== null) await Promise.all([...this.#former].map((backend) => endBackend(control, backend)));
    await this.control.stop();
  }

  /** Closes the rest. The lock last: nobody else may begin while a session of ours is still there. */
  async close(): Promise<void> {
    await this.ledger?.stop();
    await this.lock.stop();
  }

  /** The session that ends backends: it may be on its way back. Null when it does not come in time, or never was there. */
  async #controlWithin(ms: number): Promise<Session | null> {
    if (this.#former.size === 0) return null;
    const given = new AbortController();
    const late = pause(ms, given.signal).then(() => null);
    return Promise.race([this.control.ready().catch(() => null), late]).finally(() => given.abort());
  }

  #all(): KeptSession[] {
    const ledger = this.ledger === null ? [] : [this.ledger];
    return [this.lock, this.control, this.inspect, ...ledger, this.#cleanup, ...this.#builders];
  }

  #kept(name: string, settings: Settings): KeptSession {
    return new KeptSession(name, (_, signal) => this.#connect(name, settings, signal), this.#hooks);
  }

  /**
   * Makes a connection. Which server it has reached is asked first: one that the run must not work on is left at once, and
   * nothing else is sent to it.
   */
  async #connect(name: string, settings: Settings, signal: AbortSignal): Promise<Session> {
    const { connection, run } = this.#source;
    const session = await Session.open({ connection, run, name, settings, signal });
    const { pid, backendStart } = session;
    for (const other of this.#connected) if (other.lost) this.#connected.delete(other);
    this.#connected.add(session);
    session.onLost(() => this.#former.add({ pid, backendStart }));
    try {
      const server = await readIdentity(session);
      this.#servers.set(session, server);
      const refused = this.#hooks.reached(server);
      if (refused !== null) throw new Error(refused);
      this.#leaveOthersThan(server);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }
}

/** Ends a backend that is still there, and waits until the server has none such or does not tell in time. */
const endBackend = async (control: Session, backend: BackendId): Promise<void> => {
  for (const end = performance.now() + END_WITHIN_MS; performance.now() < end; ) {
    const found = await terminateBackend(control, backend, ANSWER_WITHIN).catch(() => true);
    if (!found) return;
    await pause(END_AGAIN_MS);
  }
};
