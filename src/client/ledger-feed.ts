import { randomUUID } from 'node:crypto';
import type { ClientConfig } from 'pg';
import type { Queryable } from '../queries/define.ts';
import { engineThere, ledgerNewest, ledgerSample, waitingOrders } from '../queries/ledger_follow.ts';
import { isEvent } from '../run/event-shape.ts';
import type { Actor, ClientRole, Command, Sample } from '../run/index.ts';
import { reconnectDelay } from './backoff.ts';
import type { FeedView, Link, LiveFeed, Reply, WaitingOrder } from './feed.ts';
import { History } from './history.ts';
import { LedgerOrders } from './ledger-orders.ts';
import { Wake } from './wake.ts';

/** A session that sees the ledger's schema alone. */
export interface LedgerSession extends Queryable {
  readonly pid: number;
  readonly lost: boolean;
  close(): Promise<void>;
}

export interface LedgerFeedOptions {
  run: string;
  /** Makes a connection; fails with what the server said. */
  open(signal: AbortSignal): Promise<LedgerSession>;
  /** How pg-listen connects; null: the table is read once a second, and that is all. */
  listen: ClientConfig | null;
  role: ClientRole;
  /** Who this is, for the record. */
  name: Actor;
}

/** How often the table is read when nobody wakes us: samples come so often. */
const EVERY_MS = 1_000;
/** However often we are woken, so much time is between two readings. */
const LEAST_MS = 50;
const ANSWER_WITHIN = { timeoutMs: 10_000 };
/** An engine from which nothing was heard for so long is looked for in the server's list of sessions, so often. */
const QUIET_MS = 3_000;
const LOOK_EVERY_MS = 2_000;
/** How often events are counted when neither a notification nor a sample tells of new ones. */
const COUNT_EVERY_MS = 3_000;
/** A run whose engine has not been connected for so long has none. */
const NO_ENGINE_MS = 6_000;
const NO_ENGINE =
  'its engine is not connected to the database: it is gone, or cut off. What is shown is as far as the ledger goes';

/**
 * A run that goes on elsewhere, followed through the ledger: the same events by the same `evolve`. The table is the truth;
 * notifications only hurry its reading. Orders are written into the ledger, and answered there.
 */
export class LedgerFeed implements LiveFeed {
  readonly #options: LedgerFeedOptions;
  readonly #history = new History();
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #close = Promise.withResolvers<void>();
  readonly #orders: LedgerOrders;
  readonly #wake: Wake | null;
  #listening = false;
  #isWoken = false;
  /** When events were counted last, by performance.now(). */
  #countedAt = Number.NEGATIVE_INFINITY;
  /** What was read whole: a past that is being read must not be taken for the present. */
  #shown: Pick<FeedView, 'state' | 'events'>;
  #woken = Promise.withResolvers<void>();
  #session: LedgerSession | null = null;
  #sample: Sample | null = null;
  #waiting: readonly WaitingOrder[] = [];
  /** When a sample came last, and when the engine was looked for last, by performance.now(). */
  #heardAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Since when no engine was seen, by performance.now(). */
  #noEngineSince: number | null = null;
  #link: Link;
  #view: FeedView;

  constructor(options: LedgerFeedOptions) {
    this.#options = options;
    const seat = options.role === 'operator' ? randomUUID() : null;
    this.#orders = new LedgerOrders({ run: options.run, name: options.name, seat });
    this.#link = { status: 'lost', since: new Date().toISOString(), why: 'connecting to the database' };
    this.#shown = { state: null, events: this.#history.events };
    this.#view = { ...this.#shown, sample: null, link: this.#link };
    this.#wake = options.listen === null ? null : new Wake(options.listen, () => this.#wakeUp());
    void this.#follow();
  }

  get closed(): Promise<void> {
    return this.#close.promise;
  }

  view(): FeedView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async send(command: Command): Promise<Reply> {
    if (this.#options.role === 'observer') return { ok: false, why: 'an observer only watches' };
    return await this.#give((session) => this.#orders.give(session, command));
  }

  async withdraw(order: string): Promise<Reply> {
    if (this.#options.role === 'observer') return { ok: false, why: 'an observer only watches' };
    return await this.#give((session) => this.#orders.withdraw(session, order));
  }

  async goodbye(): Promise<void> {
    const session = this.#session;
    if (this.#link.status !== 'ended' && session !== null && !session.lost) await this.#orders.leave(session);
    await this.#end(null);
  }

  vanish(): void {
    void this.#end('this client left');
  }

  #wakeUp(): void {
    this.#isWoken = true;
    this.#woken.resolve();
  }

  async #give(order: (session: LedgerSession) => Promise<Reply>): Promise<Reply> {
    const session = this.#session;
    if (this.#link.status === 'ended') return { ok: false, why: 'the run has ended' };
    if (session === null || session.lost)
      return { ok: false, why: 'there is no connection to the database right now: nothing was ordered' };
    const reply = order(session);
    this.#wakeUp();
    return await reply;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; ) {
      try {
        const session = await this.#connected();
        await this.#read(session);
        attempt = 0;
        if (this.#isOver()) return await this.#end(null);
        await this.#idle();
      } catch (error) {
        if (signal.aborted) return;
        await this.#lost(error);
        await sleep(reconnectDelay(attempt), signal);
        attempt += 1;
      }
    }
  }

  async #connected(): Promise<LedgerSession> {
    if (this.#session !== null && !this.#session.lost) return this.#session;
    await this.#session?.close();
    this.#session = null;
    const session = await this.#options.open(this.#stop.signal);
    if (this.#stop.signal.aborted) {
      await session.close();
      throw this.#stop.signal.reason;
    }
    this.#session = session;
    this.#orders.connected();
    return session;
  }

  /** Reads until there is nothing new: what is shown is never the past. */
  async #read(session: LedgerSession): Promise<void> {
    const { run } = this.#options;
    const text = await ledgerSample(session, run, this.#sample?.at ?? null, ANSWER_WITHIN);
    if (text !== null) {
      this.#sample = JSON.parse(text) as Sample;
      this.#heardAt = performance.now();
    }
    // A sample says how many events there were: without it, and without a notification, they are counted now and then.
    const isBehind = this.#isWoken || (this.#sample?.seq ?? 0) > this.#history.seq || this.#orders.waits;
    if (isBehind || performance.now() - this.#countedAt > COUNT_EVERY_MS) await this.#catchUp(session);
    await this.#lookForEngine(session);
    const { state, events } = this.#history;
    this.#shown = { state, events };
    await this.#orders.see(session, state, ANSWER_WITHIN);
    this.#publish();
    // Only now: a password that is wrong is wrong once.
    if (this.#wake !== null && !this.#listening) {
      this.#listening = true;
      this.#wake.start();
    }
  }

  async #catchUp(session: LedgerSession): Promise<void> {
    const { run } = this.#options;
    this.#isWoken = false;
    for (;;) {
      const { seq: after } = this.#history;
      const newest = await ledgerNewest(session, run, after, ANSWER_WITHIN);
      if (newest === null) throw new Error(`the ledger has no run ${run}`);
      for (const event of newest.events) this.#take(event);
      if (this.#history.seq >= newest.seq) {
        this.#countedAt = performance.now();
        if (newest.waiting > 0 || this.#waiting.length > 0)
          this.#waiting = await waitingOrders(session, run, ANSWER_WITHIN);
        return;
      }
      if (this.#history.seq === after) throw new Error(`the ledger lacks events of run ${run} behind ${after}`);
    }
  }

  /** What does not follow on the last event is read again, from there. */
  #take(text: string): void {
    const event: unknown = JSON.parse(text);
    if (!isEvent(event)) throw new Error('the ledger holds what is no event');
    if (this.#history.add(event) === 'gap') throw new Error(`event ${this.#history.seq + 1} is missing in the ledger`);
  }

  /** An engine that writes is there; one that has written nothing for a while is looked for, less often. */
  async #lookForEngine(session: LedgerSession): Promise<void> {
    const now = performance.now();
    const isQuiet = now - this.#heardAt > QUIET_MS && !this.#isOver();
    if (!isQuiet) this.#noEngineSince = null;
    else if (now - this.#lookedAt > LOOK_EVERY_MS) {
      this.#lookedAt = now;
      const there = await engineThere(session, this.#options.run, ANSWER_WITHIN);
      this.#noEngineSince = there ? null : (this.#noEngineSince ?? now);
    }
    const gone = this.#noEngineSince !== null && now - this.#noEngineSince >= NO_ENGINE_MS;
    const status = gone ? 'lost' : 'connected';
    const why = gone ? NO_ENGINE : null;
    if (this.#link.status !== status || this.#link.why !== why)
      this.#link = { status, since: gone ? this.#lastWord() : new Date().toISOString(), why };
  }

  #lastWord(): string {
    const at = [this.#history.state?.at, this.#sample?.at].filter((each) => each !== undefined).sort();
    return at.at(-1) ?? new Date().toISOString();
  }

  async #idle(): Promise<void> {
    const { signal } = this.#stop;
    await sleep(LEAST_MS, signal);
    const time = new AbortController();
    await Promise.race([this.#woken.promise, sleep(EVERY_MS - LEAST_MS, AbortSignal.any([signal, time.signal]))]);
    time.abort();
    this.#woken = Promise.withResolvers<void>();
  }

  async #lost(error: unknown): Promise<void> {
    const why = error instanceof Error ? error.message : String(error);
    const since = this.#link.status === 'lost' ? this.#link.since : new Date().toISOString();
    this.#link = { status: 'lost', since, why };
    this.#orders.lost();
    const session = this.#session;
    this.#session = null;
    this.#publish();
    await session?.close();
  }

  #isOver(): boolean {
    return this.#history.state?.phase === 'finished';
  }

  async #end(why: string | null): Promise<void> {
    if (this.#link.status === 'ended') return;
    this.#link = { status: 'ended', since: new Date().toISOString(), why };
    this.#orders.over();
    this.#stop.abort(new Error('this client left'));
    this.#publish();
    await Promise.all([this.#wake?.stop(), this.#session?.close()]);
    this.#close.resolve();
  }

  #publish(): void {
    const { client } = this.#orders;
    const next: FeedView = { ...this.#shown, sample: this.#sample, link: this.#link, client, waiting: this.#waiting };
    const same = (Object.keys(next) as (keyof FeedView)[]).every((key) => next[key] === this.#view[key]);
    if (same) return;
    this.#view = next;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Waits so long, or until the signal; never fails. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
