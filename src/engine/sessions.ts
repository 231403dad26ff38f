import { backendAlive } from '../queries/backend_alive.ts';
import { cancelBackend } from '../queries/cancel_backend.ts';
import { terminateBackend } from '../queries/terminate_backend.ts';
import { type BackendId, isSameServer, type ServerIdentity, type Slot } from '../run/index.ts';
import type { ConnectionConfig } from './config.ts';
import { readIdentity } from './identity.ts';
import { KeptSession, type KeptSessionHooks } from './kept-session.ts';
import { buildingSettings, Session, watchingSettings } from './session.ts';

type Settings = Readonly<Record<string, string>>;

/** A silent server must keep nothing waiting for long. */
const ANSWER_WITHIN = { timeoutMs: 2_000 };

/** How this run's sessions are opened. */
export interface SessionSource {
  connection: ConnectionConfig;
  run: string;
  /** Settings of the session that compares definitions on scratch copies. */
  inspecting: Settings;
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
  readonly #source: SessionSource;
  readonly #hooks: SessionsHooks;
  readonly #cleanup: KeptSession;
  readonly #builders: KeptSession[] = [];
  readonly #busy = new Set<string>();
  /** Sessions opened for one purpose, which their users close. */
  readonly #others = new Set<Session>();
  /** Backends whose connections were lost or given up: the server may keep them for long. */
  readonly #former = new Set<BackendId>();
  readonly #servers = new WeakMap<Session, ServerIdentity>();
  #opening: Promise<void> | null = null;

  constructor(source: SessionSource, hooks: SessionsHooks) {
    this.#source = source;
    this.#hooks = hooks;
    this.lock = this.#kept('lock', watchingSettings);
    this.control = this.#kept('control', watchingSettings);
    this.inspect = this.#kept('inspect', source.inspecting);
    this.#cleanup = this.#kept('cleanup', buildingSettings);
  }

  /**
   * A session of this run with settings of its own; the caller closes it. Which server it has reached is asked first: one
   * that the run must not work on is left at once, and nothing else is sent to it.
   */
  async open(name: string, settings: Settings, signal?: AbortSignal): Promise<Session> {
    const { connection, run } = this.#source;
    const session = await Session.open({
      connection,
      run,
      name,
      settings,
      ...(signal === undefined ? {} : { signal }),
    });
    for (const other of this.#others) if (other.lost) this.#others.delete(other);
    this.#others.add(session);
    session.onLost(() => this.#former.add({ pid: session.pid, backendStart: session.backendStart }));
    try {
      const server = await readIdentity(session);
      this.#servers.set(session, server);
      const refused = this.#hooks.reached(server);
      if (refused !== null) throw new Error(refused);
      this.#leaveOthersThan(server);
      return session;
    } catch (error) {
      this.#others.delete(session);
      await session.close();
      throw error;
    }
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

  /** Gives up the connection to a backend that is gone, so that whoever waits for its answer waits no more. */
  abandon(backend: BackendId): void {
    for (const { current } of this.#all())
      if (current?.pid === backend.pid && current.backendStart === backend.backendStart)
        current.abandon('the server has no such backend any more');
  }

  /** A former server may still hold connections of ours: nothing more is sent there. */
  #leaveOthersThan(server: ServerIdentity): void {
    for (const other of this.#others) {
      const its = this.#servers.get(other);
      if (its !== undefined && !isSameServer(its, server))
        other.abandon('another server has taken the place of its own');
    }
  }

  /**
   * Ends the backends that lost connections of ours left idle: behind a proxy the server may never notice that nobody is
   * there. One that works is left, since a build is waited for; unless all are to be ended. Never fails.
   */
  async endFormer(all = false): Promise<void> {
    const control = this.control.current;
    if (control === null) return;
    for (const backend of this.#former) {
      const state = await backendAlive(control, backend, ANSWER_WITHIN).catch(() => undefined);
      if (state === null) this.#former.delete(backend);
      else if (state !== undefined && (all || state.startsWith('idle')))
        await terminateBackend(control, backend, ANSWER_WITHIN).catch(() => false);
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

  /** pids of all our backends. */
  pids(): number[] {
    return this.#all().flatMap((kept) => kept.current?.pid ?? []);
  }

  async close(): Promise<void> {
    // A question under way would go on in the server after we have left.
    const control = this.control.current;
    if (control !== null)
      for (const session of [...this.#others, this.inspect.current])
        if (session !== null && !session.lost && session !== control)
          await cancelBackend(control, session, ANSWER_WITHIN).catch(() => false);
    const last = [this.control, this.lock];
    const stay = last.map((kept) => kept.current);
    const leaving = [...this.#others].filter((session) => !stay.includes(session));
    await Promise.all(this.#all().map((kept) => (last.includes(kept) ? undefined : kept.stop())));
    await Promise.all(leaving.map((session) => session.close()));
    // A goodbye may not have arrived, over a connection that was dead without a word.
    for (const { pid, backendStart } of leaving) this.#former.add({ pid, backendStart });
    await this.endFormer(true);
    await this.control.stop();
    // The lock last: nobody else may begin while a session of ours is still there.
    await this.lock.stop();
  }

  #all(): KeptSession[] {
    return [this.lock, this.control, this.inspect, this.#cleanup, ...this.#builders];
  }

  #kept(name: string, settings: Settings): KeptSession {
    return new KeptSession(name, (_, signal) => this.open(name, settings, signal), this.#hooks);
  }
}
