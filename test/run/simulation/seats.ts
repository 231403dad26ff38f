import type { Slot } from '../../../src/run/index.ts';
import type { FakeBackend, FakeServer } from './fake-server.ts';

/** A session that the engine keeps: it may be lost, and comes back as another backend. */
export interface Seat {
  id: string;
  use: Slot['use'] | null;
  backend: FakeBackend | null;
  busy: boolean;
}

const seat = (id: string, use: Seat['use'] = null): Seat => ({ id, use, backend: null, busy: false });

/** The engine's sessions, as src/engine/sessions.ts has them. */
export class Seats {
  readonly lock = seat('lock');
  readonly control = seat('control');
  readonly inspect = seat('inspect');
  readonly cleanup = seat('cleanup', 'cleanup');
  readonly builders: Seat[] = [];
  readonly #server: FakeServer;
  /** The session that took the advisory lock. */
  #holder: FakeBackend | null = null;
  #slots: Slot[] | null = null;
  /** Those of connections that are lost. */
  readonly #former: FakeBackend[] = [];

  constructor(server: FakeServer) {
    this.#server = server;
  }

  all(): Seat[] {
    return [this.lock, this.control, this.inspect, this.cleanup, ...this.builders];
  }

  openToLook(): void {
    for (const each of [this.lock, this.control, this.inspect]) this.connect(each);
  }

  openToBuild(jobs: number): void {
    this.connect(this.cleanup);
    for (let n = this.builders.length + 1; n <= jobs; n++) {
      const builder = seat(`builder${n}`, 'build');
      this.builders.push(builder);
      this.connect(builder);
    }
  }

  connect(each: Seat): void {
    each.backend ??= this.#server.connect(each.id, 'run');
    this.#slots = null;
  }

  /** What the engine believes of its lock: held as long as the session that took it is there. */
  get lockHeld(): boolean {
    return this.#holder !== null && this.#holder === this.lock.backend;
  }

  /** As src/engine/lock.ts does: a former session of ours that the server still has is ended. */
  tryLock(): void {
    const { backend } = this.lock;
    if (backend === null || this.lockHeld) return;
    if (this.#server.tryLock(backend)) this.#holder = backend;
    else if (this.#holder !== null) this.#server.terminate(this.#holder);
  }

  slots(): readonly Slot[] {
    this.#slots ??= [...this.builders, this.cleanup].flatMap(({ id, use, backend, busy }) =>
      backend === null || use === null ? [] : [{ id, use, busy, pid: backend.pid, backendStart: backend.backendStart }],
    );
    return this.#slots;
  }

  take(id: string): Seat {
    const taken = [...this.builders, this.cleanup].find((each) => each.id === id);
    if (taken === undefined) throw new Error(`there is no session ${id}`);
    if (taken.busy) throw new Error(`${id} is at work for somebody else`);
    taken.busy = true;
    this.#slots = null;
    return taken;
  }

  release(taken: Seat): void {
    taken.busy = false;
    this.#slots = null;
  }

  /** All but the lock; what lost connections have left in the server is ended, while there is a way to say so. */
  closeWorking(): void {
    const canEnd = this.control.backend !== null;
    for (const each of this.all()) if (each !== this.lock) this.close(each);
    if (canEnd) for (const former of this.#former) this.#server.terminate(former);
  }

  close(each: Seat): void {
    if (each.backend !== null) this.#server.clientDies(each.backend);
    this.forget(each);
  }

  /** Forgets the connection; what the server does with it is the server's. */
  forget(each: Seat): void {
    if (each.backend !== null) this.#former.push(each.backend);
    each.backend = null;
    this.#slots = null;
  }
}
