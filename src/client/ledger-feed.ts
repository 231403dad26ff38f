import { randomUUID } from 'node:crypto';
import type { ClientConfig } from 'pg';
import type { Queryable } from '../queries/define.ts';
import { ledgerNewest, ledgerSample, waitingOrders } from '../queries/ledger_follow.ts';
import type { Announcement } from '../run/announcement/index.ts';
import type { Actor, ClientRole, Command } from '../run/index.ts';
import { Announcements } from './announcements.ts';
import { reconnectDelay } from './backoff.ts';
import { EngineLookout } from './engine-lookout.ts';
import type { FeedView, Link, LiveFeed, Reply, WaitingOrder } from './feed.ts';
import { KnownRun } from './known-run.ts';
import { LedgerOrders } from './ledger-orders.ts';
import { sleep } from './sleep.ts';
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
/** How often events are counted when neither an announcement nor a sample tells of new ones. */
const COUNT_EVERY_MS = 3_000;
/** While the engine was heard within so long, the table is read so often, and that is all. */
const TOLD_MS = 2_500;
const READ_EVERY_MS = 20_000;
const NO_ENGINE =
  'its engine is not connected to the database: it is gone, or cut off. What is shown is as far as the ledger goes';

/**
 * A run that goes on elsewhere, followed through the ledger: the same events by the same `evolve`. The table is the truth. What
 * the engine announces under its seal is a copy of it, and spares every screen a look each second; after a gap, or when
 * nothing is heard, the table is read. Orders are written into the ledger, and answered there.
 */
export class LedgerFeed implements LiveFeed {
  readonly #options: LedgerFeedOptions;
  readonly #known = new KnownRun();
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #close = Promise.withResolvers<void>();
  readonly #orders: LedgerOrders;
  readonly #announcements: Announcements;
  readonly #lookout: EngineLookout;
  readonly #wake: Wake | null;
  #listening = false;
  #isWoken = false;
  /** When the engine was heard last, the table read last, and events counted last, by performance.now(). */
  #toldAt = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  #countedAt = Number.NEGATIVE_INFINITY;
  #woken = Promise.withResolvers<void>();
  #session: LedgerSession | null = null;
  #waiting: readonly WaitingOrder[] = [];
  #link: Link;
  #view: FeedView;

  constructor(options: LedgerFeedOptions) {
    this.#options = options;
    const seat = options.role === 'operator' ? randomUUID() : null;
    this.#orders = new LedgerOrders({ run: options.run, name: options.name, seat });
    this.#announcements = new Announcements(options.run);
    this.#lookout = new EngineLookout(options.run);
    this.#link = { status: 'lost', since: new Date().toISOString(), why: 'connecting to the database' };
    this.#view = { ...this.#known.shown, sample: null, link: this.#link };
    this.#wake = options.listen === null ? null : new Wake(options.listen, (payload) => this.#hear(payload));
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

  /** What follows on what is known is taken as it is; anything else sends us to the table. */
  #hear(payload: string): void {
    const heard = this.#announcements.hear(payload);
    if (heard === 'nothing' || this.#readAt === Number.NEGATIVE_INFINITY) return;
    if (heard === 'unknown') {
      if (this.#announcements.wantsToLearn) this.#wakeUp();
      return;
    }
    try {
      this.#takeAnnounced(heard);
    } catch {
      this.#wakeUp();
    }
    if (this.#known.isOver || !this.#orders.isSettled(this.#known.state)) this.#wakeUp();
  }

  /** Throws when something is missing before it. */
  #takeAnnounced({ seq, events, sample }: Announcement): void {
    for (const text of events) this.#known.take(text);
    if (seq > this.#known.seq) throw new Error('there are events that were not announced');
    const now = performance.now();
    this.#toldAt = now;
    this.#countedAt = now;
    if (sample !== null) {
      this.#known.takeSample(sample);
      this.#lookout.heard();
    }
    // More than this was read already, and may not be all yet.
    if (seq < this.#known.seq) return;
    this.#known.show();
    this.#publish();
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
        if (!this.#isTold()) await this.#read(session);
        attempt = 0;
        if (this.#known.isOver) return await this.#end(null);
        await this.#idle();
      } catch (error) {
        if (signal.aborted) return;
        await this.#lost(error);
        await sleep(reconnectDelay(attempt), signal);
        attempt += 1;
      }
    }
  }

  /** All that is to be known was announced, just now. */
  #isTold(): boolean {
    const now = performance.now();
    const recent = now - this.#toldAt < TOLD_MS && now - this.#readAt < READ_EVERY_MS;
    const nothingElse = this.#waiting.length === 0 && this.#orders.isSettled(this.#known.state);
    return recent && nothingElse && !this.#isWoken && !this.#known.isOver;
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
    this.#toldAt = Number.NEGATIVE_INFINITY;
    this.#orders.connected();
    return session;
  }

  /** Reads until there is nothing new: what is shown is never the past. */
  async #read(session: LedgerSession): Promise<void> {
    const { run, listen } = this.#options;
    if (listen !== null && this.#announcements.wantsToLearn) await this.#announcements.learn(session, ANSWER_WITHIN);
    const text = await ledgerSample(session, run, this.#known.sample?.at ?? null, ANSWER_WITHIN);
    if (text !== null) {
      this.#known.takeSample(text);
      this.#lookout.heard();
    }
    // A sample says how many events there were: without it, and without a notification, they are counted now and then.
    const isBehind = this.#isWoken || (this.#known.sample?.seq ?? 0) > this.#known.seq || this.#orders.waits;
    if (isBehind || performance.now() - this.#countedAt > COUNT_EVERY_MS) await this.#catchUp(session);
    await this.#lookForEngine(session);
    this.#known.show();
    await this.#orders.see(session, this.#known.state, ANSWER_WITHIN);
    this.#readAt = performance.now();
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
      const { seq: after } = this.#known;
      const newest = await ledgerNewest(session, run, after, ANSWER_WITHIN);
      if (newest === null) throw new Error(`the ledger has no run ${run}`);
      for (const event of newest.events) this.#known.take(event);
      if (this.#known.seq >= newest.seq) {
        this.#countedAt = performance.now();
        if (newest.waiting > 0 || this.#waiting.length > 0)
          this.#waiting = await waitingOrders(session, run, ANSWER_WITHIN);
        return;
      }
      if (this.#known.seq === after) throw new Error(`the ledger lacks events of run ${run} behind ${after}`);
    }
  }

  async #lookForEngine(session: LedgerSession): Promise<void> {
    const gone = !this.#known.isOver && (await this.#lookout.isGone(session, ANSWER_WITHIN));
    const status = gone ? 'lost' : 'connected';
    const why = gone ? NO_ENGINE : null;
    if (this.#link.status !== status || this.#link.why !== why)
      this.#link = { status, since: gone ? this.#known.lastWord : new Date().toISOString(), why };
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
    const next: FeedView = {
      ...this.#known.shown,
      sample: this.#known.sample,
      link: this.#link,
      client,
      waiting: this.#waiting,
    };
    const same = (Object.keys(next) as (keyof FeedView)[]).every((key) => next[key] === this.#view[key]);
    if (same) return;
    this.#view = next;
    for (const listener of [...this.#listeners]) listener();
  }
}
