import { feedEvents, lastFedEvent, putSample } from '../../queries/ledger_feed.ts';
import {
  type ErrorFacts,
  evolve,
  initialState,
  isPassing,
  type RunEvent,
  type RunState,
  replay,
  type Sample,
} from '../../run/index.ts';
import type { KeptSession } from '../kept-session.ts';
import { type Session, SessionLost, toErrorFacts } from '../session.ts';
import { pause } from '../time.ts';
import { Announcer } from './announcer.ts';
import { ORDERS_EVERY_MS, Orders, type OrdersHost } from './orders.ts';
import { prepareLedger, WITHIN } from './prepare.ts';
import { LedgerRefused } from './refused.ts';
import { Superseded, standing } from './standing.ts';
import { eventText } from './text.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** One statement carries at most so many events, and stops being filled at so many characters. */
const BATCH_EVENTS = 500;
const BATCH_CHARS = 1_000_000;
/** A failure that may pass is spoken of when it has come so often. */
const PATIENCE = 3;
/** A sample that could not be written is not worth a try each second. */
const NO_SAMPLES_MS = 10_000;
/** Besides what passes anyway: somebody was faster, or a statement took too long. */
const PASSING = new Set(['23505', '57014']);

/** What the ledger needs of the engine, and tells it. */
export interface LedgerHost extends OrdersHost {
  /** The journal: every event so far, in order. */
  events(): readonly RunEvent[];
  /** It cannot be written; the run goes on with its journal alone. */
  failed(error: ErrorFacts, advice: string): void;
  /** It is written again, and has all that it missed. */
  restored(afterMs: number): void;
  /** Another engine has taken this run over: this one must not touch anything any more. */
  superseded(why: string): void;
  /** A line for the engine's own log. */
  log(line: string): void;
}

/** How far the ledger has come, as it said itself on this session; `state` is what the events up to there make of the run. */
interface Place {
  session: Session;
  utf8: boolean;
  state: RunState | null;
}

interface Waiter {
  seq: number;
  answer(fed: boolean): void;
}

/**
 * The copy of the journal in the database, for screens and engines elsewhere. It follows the journal at its own pace: it
 * never makes the engine wait, and what it could not write, it writes when it can again.
 */
export class Ledger {
  readonly #kept: KeptSession;
  readonly #about: { run: string; schema: string; version: string };
  readonly #host: LedgerHost;
  readonly #orders: Orders;
  readonly #announcer: Announcer;
  readonly #stop = new AbortController();
  #on: Place | null = null;
  #begun = false;
  #finishing = false;
  #failures = 0;
  /** Since when it is known that it cannot be written, by performance.now(), and whether that was told. */
  #away: { since: number; told: boolean } | null = null;
  #sample: Sample | null = null;
  #noSamplesUntil = 0;
  #waiters: Waiter[] = [];
  #woken = Promise.withResolvers<void>();
  #hurry = new AbortController();

  constructor(kept: KeptSession, about: { run: string; schema: string; version: string }, host: LedgerHost) {
    this.#kept = kept;
    this.#about = about;
    this.#host = host;
    this.#orders = new Orders(about.run, host);
    this.#announcer = new Announcer(about.run, (line) => host.log(line));
  }

  /** There are new events. The first call begins: until then nothing is written, not even a table. */
  added(): void {
    if (this.#stop.signal.aborted) return;
    if (!this.#begun) {
      this.#begun = true;
      void this.#follow();
    }
    this.#woken.resolve();
  }

  /** A new sample; only the newest is kept. */
  sampled(sample: Sample): void {
    this.#sample = sample;
    this.#woken.resolve();
  }

  /**
   * Waits until the ledger has the event of this number, and says whether it has. Not longer than `withinMs`, and not at
   * all while it is known that it cannot be written.
   */
  async settled(seq: number, withinMs: number): Promise<boolean> {
    if (this.#fed >= seq) return true;
    if (!this.#begun || this.#away !== null || this.#kept.current === null) return false;
    return this.#wait(seq, withinMs);
  }

  /** Writes what is left, within so many milliseconds or until one more try has failed, and ends. Never fails. */
  async finish(withinMs: number): Promise<void> {
    if (this.#begun) {
      this.#finishing = true;
      const all = this.#wait(this.#host.events().length, withinMs);
      this.#hurry.abort();
      this.#woken.resolve();
      if (!(await all)) this.#host.log('the ledger does not have all events of this run');
      else if (this.#on !== null) await this.#close(this.#on);
    }
    this.#stop.abort();
    this.#hurry.abort();
    this.#woken.resolve();
  }

  async #close({ session }: Place): Promise<void> {
    await this.#orders.close(session);
    this.#announcer.hurry();
    await this.#announcer.tell(session).catch(() => undefined);
  }

  async #wait(seq: number, withinMs: number): Promise<boolean> {
    if (this.#fed >= seq) return true;
    if (this.#stop.signal.aborted) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiters.push({ seq, answer: resolve });
    const timer = setTimeout(() => resolve(this.#fed >= seq), withinMs);
    return promise.finally(() => clearTimeout(timer));
  }

  /** How many events the ledger is known to have. */
  get #fed(): number {
    return this.#on?.state?.seq ?? 0;
  }

  /** The one loop that sends statements: so there is never more than one under way. */
  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const on = await this.#stand();
        await this.#feed(on);
        this.#back();
        if (!this.#finishing && (await this.#orders.take(on.session))) this.#announcer.hurry();
        await this.#feed(on);
        await this.#putSample(on);
        await this.#announcer.tell(on.session);
        await this.#idle();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (error instanceof Superseded) {
          this.#stop.abort();
          this.#answer(true);
          this.#host.superseded(error.message);
          return;
        }
        this.#failed(error);
        await pause(this.#delay(), this.#hurry.signal);
        this.#hurry = new AbortController();
      }
    }
  }

  /** The place that was reached; on a new session, or after a failure, the ledger itself is asked for it. */
  async #stand(): Promise<Place> {
    const session = await this.#kept.ready();
    if (this.#on?.session === session) return this.#on;
    const { run, schema, version } = this.#about;
    const { utf8 } = await prepareLedger(session, schema, version);
    const events = this.#host.events();
    const seq = standing(events, await lastFedEvent(session, run, WITHIN));
    this.#on = { session, utf8, state: replay(events.slice(0, seq)) };
    return this.#on;
  }

  async #feed(on: Place): Promise<void> {
    for (;;) {
      const batch: { seq: number; at: string; type: string; text: string }[] = [];
      let { state } = on;
      let chars = 0;
      const from = state?.seq ?? 0;
      for (const event of this.#host.events().slice(from, from + BATCH_EVENTS)) {
        if (chars > BATCH_CHARS) break;
        const text = eventText(event, on.utf8);
        chars += text.length;
        batch.push({ seq: event.seq, at: event.at, type: event.type, text });
        state = state === null ? initialState(event) : evolve(state, event);
      }
      if (state === null || batch.length === 0) return;
      const { run, version, startedAt, database, operator, plan, phase, outcome } = state;
      const { host, port, user } = database;
      const row = { run, version, startedAt, host, port, user, operator, fingerprint: plan.fingerprint, phase };
      const { opener } = this.#announcer;
      await feedEvents(on.session, { ...row, status: outcome?.status ?? null, opener }, batch, WITHIN);
      on.state = state;
      const texts = batch.map(({ text }) => text);
      this.#announcer.fed(state.seq, texts);
      this.#answer();
    }
  }

  /** A sample is no fact that has to be kept: one that cannot be written is forgotten. */
  async #putSample({ session }: Place): Promise<void> {
    const sample = this.#sample;
    this.#sample = null;
    if (sample === null || performance.now() < this.#noSamplesUntil) return;
    const { run } = this.#about;
    try {
      const text = JSON.stringify({ ...sample, seq: this.#fed });
      await putSample(session, { run, at: sample.at, text }, WITHIN);
      this.#announcer.sampled(text);
    } catch (error) {
      if (session.lost) throw error;
      this.#noSamplesUntil = performance.now() + NO_SAMPLES_MS;
      this.#host.log(`no sample in the ledger: ${toErrorFacts(error).message}`);
    }
  }

  async #idle(): Promise<void> {
    if (this.#host.events().length > this.#fed) return;
    // Nobody else tells that there are orders.
    const ms = Math.min(ORDERS_EVERY_MS, this.#announcer.dueInMs ?? ORDERS_EVERY_MS);
    const time = new AbortController();
    await Promise.race([this.#woken.promise, pause(ms, time.signal)]);
    time.abort();
    this.#woken = Promise.withResolvers<void>();
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    const lost = error instanceof SessionLost || this.#kept.current === null;
    // Whatever was under way may have come to pass: the ledger is asked, before anything is sent again.
    this.#on = null;
    this.#away ??= { since: performance.now(), told: false };
    // At the end a connection that comes back in time is waited for.
    this.#answer(!(this.#finishing && lost));
    const facts = toErrorFacts(error);
    const refused = error instanceof LedgerRefused;
    const passes = !refused && (isPassing(facts) || PASSING.has(facts.sqlstate ?? ''));
    // A connection that is lost is told of as such.
    if (this.#away.told || lost || (passes && this.#failures < PATIENCE)) return;
    this.#away.told = true;
    const advice = refused ? error.advice : 'The run goes on with its journal alone.';
    this.#host.failed(facts, advice);
  }

  #back(): void {
    const away = this.#away;
    this.#failures = 0;
    this.#away = null;
    if (away?.told) this.#host.restored(performance.now() - away.since);
  }

  #delay(): number {
    const most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    return most * (0.5 + Math.random() / 2);
  }

  /** Answers whoever waits for an event that is there; with `all`, everybody. */
  #answer(all = false): void {
    const fed = this.#fed;
    for (const { seq, answer } of this.#waiters) if (all || fed >= seq) answer(fed >= seq);
    this.#waiters = all ? [] : this.#waiters.filter(({ seq }) => seq > fed);
  }
}
