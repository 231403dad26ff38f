import {
  type Actor,
  type Command,
  decide,
  type Effect,
  type EventBody,
  type ExitStatus,
  effectKey,
  evolve,
  type Input,
  type OrderSource,
  REFUSED_WORDS,
  type RecordResult,
  type RunEvent,
  type RunState,
  refusalOf,
  respond,
  type Sample,
  type ServerIdentity,
} from '../run/index.ts';
import { inspectingSettings } from './catalog/index.ts';
import type { EngineConfig } from './config.ts';
import { ControlSocket } from './control.ts';
import { Interpreter } from './interpreter.ts';
import type { Journal } from './journal.ts';
import { Ledger, ledgerSettings } from './ledger/index.ts';
import { EngineLock } from './lock.ts';
import { Metering } from './metering.ts';
import { openRun } from './open-run.ts';
import type { Recorder } from './recorder.ts';
import { Sessions } from './sessions.ts';
import { Watchdog } from './watchdog.ts';

const TICK_MS = 1_000;
/** How long the clients have to read the last events. */
const FAREWELL_MS = 5_000;
/** How long an act waits for its intent to be in the ledger; a ledger that cannot be written stops no deployment. */
const SETTLE_MS = 2_000;
/** How long the end waits for the last events to be in the ledger. */
const LEDGER_END_MS = 5_000;
/** More rounds than this without an end mean that the rules contradict each other. */
const MOST_ROUNDS = 1_000;

/**
 * The process that acts. Every input goes through `respond`, every fact through the journal and `evolve`, and after
 * each the pure `decide` says what to begin: the engine itself holds no rule.
 */
export class Engine {
  readonly #config: EngineConfig;
  readonly #log: (line: string) => void;
  readonly #recorder: Recorder;
  readonly #journal: Journal;
  readonly #control: ControlSocket;
  readonly #sessions: Sessions;
  readonly #lock: EngineLock;
  readonly #metering: Metering;
  readonly #watchdog: Watchdog;
  readonly #interpreter: Interpreter;
  readonly #ledger: Ledger | null;
  readonly #inflight = new Map<string, AbortController>();
  #state: RunState;
  #lastLook: { at: number; tookMs: number } | null = null;
  #advancing = false;
  #faulted = false;
  /** What is being written down outside: once, however it ends. */
  #keeping: Promise<RecordResult[]> | null = null;
  /** Events that no client is shown yet. */
  #heldBack = 0;
  #ticker: NodeJS.Timeout | null = null;
  #finish: (status: ExitStatus) => void = () => undefined;
  readonly finished: Promise<ExitStatus>;

  constructor(config: EngineConfig, host: string, log: (line: string) => void, recorder: Recorder) {
    this.#config = config;
    this.#log = log;
    this.#recorder = recorder;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const { journal, state } = openRun(config, host, Date.now());
    this.#journal = journal;
    this.#state = state;
    for (const event of journal.events.slice(-1)) recorder.recorded(event);
    this.#control = new ControlSocket({
      run: config.run,
      events: () => this.#shown(),
      command: (command, by, from) => this.command(command, by, from),
      joined: (client, role, name) => this.#submit({ kind: 'client-joined', client, role, name }),
      left: (client, vanished) => this.#submit({ kind: 'client-left', client, vanished }),
    });
    const ledger = config.options.ledger ?? null;
    this.#sessions = new Sessions(
      {
        connection: config.connection,
        run: config.run,
        inspecting: inspectingSettings,
        ledger: ledger && ledgerSettings(ledger.schema),
      },
      {
        lost: (session, error) => this.#submit({ kind: 'connection-lost', session, error }),
        restored: (session, afterMs) => this.#submit({ kind: 'connection-restored', session, afterMs }),
        reached: (server) => this.#reached(server),
      },
    );
    this.#ledger = this.#ledgerIn(ledger);
    this.#watchdog = new Watchdog(this.#sessions);
    this.#lock = new EngineLock(this.#sessions.lock);
    this.#metering = new Metering({
      sessions: this.#sessions,
      state: () => this.#state,
      submit: (input) => this.#submit(input),
      sampled: (sample: Sample) => {
        this.#control.sampleTaken(sample);
        this.#ledger?.sampled(sample);
      },
      log,
    });
    this.#interpreter = new Interpreter({
      connection: config.connection,
      sessions: this.#sessions,
      lock: this.#lock,
      metering: this.#metering,
      state: () => this.#state,
      submit: (input) => this.#submit(input),
      settled: async () => {
        await this.#ledger?.settled(this.#state.seq, SETTLE_MS);
      },
      ended: (key) => this.#inflight.get(key)?.signal ?? null,
    });
  }

  /** Listens for clients, then begins. */
  async start(): Promise<void> {
    await this.#control.listen(this.#config.dir);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#advance();
  }

  /** An order, from a client or a signal; the answer is about the order, not about its end. */
  command(command: Command, by: Actor, from?: OrderSource): { ok: boolean; why: string } {
    if (this.#faulted || this.#inflight.has('finish') || this.#state.phase === 'finished')
      return { ok: false, why: 'the run is ending' };
    const { events, reply } = respond(
      this.#state,
      { kind: 'command', command, by, ...(from === undefined ? {} : { from }) },
      Date.now(),
    );
    this.#record(events);
    this.#advance();
    return reply ?? { ok: false, why: 'no answer' };
  }

  /** An order of the ledger: what fails in following it is no failure of the ledger's. */
  #ordered(command: Command, by: Actor, from: OrderSource): { ok: boolean; why: string } {
    try {
      return this.command(command, by, from);
    } catch (error) {
      this.fault(error);
      return { ok: false, why: 'the engine failed' };
    }
  }

  #ledgerIn(where: { schema: string } | null): Ledger | null {
    const { ledger } = this.#sessions;
    if (where === null || ledger === null) return null;
    const { run, version } = this.#config;
    return new Ledger(
      ledger,
      { run, version, schema: where.schema },
      {
        events: () => this.#journal.events,
        failed: (error, advice) => this.#submit({ kind: 'ledger-failed', error, advice }),
        restored: (afterMs) => this.#submit({ kind: 'ledger-restored', afterMs }),
        superseded: (why) => this.#superseded(why),
        command: (command, by, from) => this.#ordered(command, by, from),
        dropped: (order) => this.#submit({ kind: 'order-dropped', ...order }),
        joined: (client, name) => this.#submit({ kind: 'client-joined', client, role: 'operator', name }),
        left: (client, vanished) => this.#submit({ kind: 'client-left', client, vanished }),
        sinceGoMs: () => Date.now() - Date.parse(this.#state.approvedAt ?? new Date().toISOString()),
        log: this.#log,
      },
    );
  }

  #shown(): readonly RunEvent[] {
    const { events } = this.#journal;
    return this.#heldBack === 0 ? events : events.slice(0, -this.#heldBack);
  }

  #submit(input: Input): void {
    if (this.#faulted) return;
    this.#record(respond(this.#state, input, Date.now()).events);
    this.#advance();
  }

  #record(bodies: readonly EventBody[], now = Date.now()): void {
    for (const body of bodies) {
      const event = this.#journal.append(body, now);
      this.#state = evolve(this.#state, event);
      this.#recorder.recorded(event);
    }
    if (bodies.length === 0) return;
    // The last word is for when all is closed: whoever reads it may rely on that.
    this.#heldBack = this.#state.phase === 'finished' ? 1 : 0;
    this.#control.eventsAdded();
    // Before the go nothing is changed in the database.
    if (this.#state.approvedAt !== null) this.#ledger?.added();
  }

  /** Recorded before the session is used for anything, so that nothing is begun on a server that is not fit for it. */
  #reached(server: ServerIdentity): string | null {
    this.#submit({ kind: 'server-seen', server });
    const refused = refusalOf(this.#state.server, server);
    return refused === null ? null : `${REFUSED_WORDS[refused]}: nothing is sent to it`;
  }

  #tick(): void {
    this.#metering.tick(Date.now());
    this.#watchdog.tick();
    if (this.#state.approvedAt !== null) {
      // A failure shows as a lock that is not held.
      void this.#lock.try().catch(() => undefined);
      this.#submit({ kind: 'lock', held: this.#lock.held });
    }
    if (this.#state.approvedAt !== null && this.#sessions.builders < this.#state.jobs)
      this.#sessions.openToBuild(this.#state.jobs).catch((error) => this.#log(`no further builder: ${String(error)}`));
    this.#submit({ kind: 'tick' });
  }

  /** Begins whatever there is to begin, until a round brings nothing new. */
  #advance(): void {
    if (this.#advancing || this.#faulted) return;
    this.#advancing = true;
    try {
      for (let round = 0; ; round++) {
        if (round > MOST_ROUNDS) throw new Error('the rules do not come to rest');
        const actions = decide(this.#state, {
          now: Date.now(),
          inflight: new Set(this.#inflight.keys()),
          slots: this.#sessions.slots(),
          lockHeld: this.#lock.held,
          lastLook: this.#lastLook,
        });
        if (actions.length === 0) break;
        for (const { intent, effect } of actions) {
          if (intent !== null) this.#record([intent]);
          if (effect !== null) this.#begin(effect);
        }
      }
    } finally {
      this.#advancing = false;
    }
  }

  #begin(effect: Effect): void {
    const key = effectKey(effect);
    const ended = new AbortController();
    this.#inflight.set(key, ended);
    const began = performance.now();
    this.#interpreter.run(effect).then(
      (input) => {
        if (input.kind === 'closed') {
          void this.#end(input).catch((error: unknown) => this.fault(error));
          return;
        }
        this.#inflight.delete(key);
        ended.abort();
        const looked = this.#looked(input, performance.now() - began);
        this.#submit(input);
        // After what it saw: who hears of a look has all that it found.
        if (looked !== null) this.#control.looked(looked);
      },
      (error: unknown) => {
        this.#inflight.delete(key);
        ended.abort();
        // What is still looking when the sessions are closed has nothing to say any more.
        if (!this.#inflight.has('finish') && this.#state.phase !== 'finished') this.fault(error);
      },
    );
  }

  /** When it was looked, ISO, for the clients: a look that found nothing changed has no event. Null: this was none, or it failed. */
  #looked(input: Input, tookMs: number): string | null {
    const again = input.kind === 'looked';
    if (!again && input.kind !== 'preflighted' && input.kind !== 'preflight-failed') return null;
    // What the first look takes, with its sessions to be opened, says nothing of those that follow.
    this.#lastLook = { at: Date.now(), tookMs: again ? tookMs : 0 };
    const saw = again ? input.outcome.kind === 'done' : input.kind === 'preflighted';
    return saw ? new Date(this.#lastLook.at).toISOString() : null;
  }

  /**
   * All sessions but two are closed. The record outside is kept before the run's last word is, of the events as they will
   * be with it: whoever reads that the run has finished finds the record there, and what could not be kept is an event.
   */
  async #end(input: Extract<Input, { kind: 'closed' }>): Promise<void> {
    const now = Date.now();
    const { run } = this.#config;
    const last = respond(this.#state, input, now).events.map(
      (body, at) => ({ seq: this.#state.seq + 1 + at, at: new Date(now).toISOString(), run, ...body }) as RunEvent,
    );
    const results = await this.#keep([...this.#journal.events, ...last]);
    if (this.#faulted) return;
    this.#record(respond(this.#state, { kind: 'record-kept', results }, now).events, now);
    this.#record(respond(this.#state, input, now).events, now);
    await this.#close(input.status);
  }

  #keep(events: readonly RunEvent[]): Promise<RecordResult[]> {
    this.#keeping ??= this.#recorder.keep(events);
    return this.#keeping;
  }

  async #close(status: ExitStatus): Promise<void> {
    if (this.#ticker !== null) clearInterval(this.#ticker);
    await this.#ledger?.finish(LEDGER_END_MS);
    await this.#sessions.close();
    this.#heldBack = 0;
    this.#control.eventsAdded();
    await this.#control.close(this.#config.dir, FAREWELL_MS);
    await this.#recorder.close();
    this.#journal.close();
    this.#finish(status);
  }

  /** Another engine has this run: it adopts what we began, so we end nothing, drop nothing, and record nothing. */
  #superseded(why: string): void {
    if (this.#faulted) return;
    this.#faulted = true;
    this.#log(`superseded: ${why}`);
    if (this.#ticker !== null) clearInterval(this.#ticker);
    this.#finish(5);
  }

  /**
   * A fault of the program itself, or a disk that takes no journal: what cannot be recorded must not be begun. Stops
   * what runs as far as that is possible, and ends with status 5.
   */
  fault(error: unknown): void {
    if (this.#faulted) return;
    this.#faulted = true;
    this.#log(`fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (this.#ticker !== null) clearInterval(this.#ticker);
    const backends = this.#state.steps.flatMap(({ status, backend }) =>
      status === 'building' && backend !== null ? [backend] : [],
    );
    const stopping = Promise.all([
      ...backends.map((backend) => this.#interpreter.stopBackend(backend)),
      // Somebody has to find written down that it broke off.
      this.#keep(this.#journal.events),
    ]);
    const giveUp = new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
    void Promise.race([stopping, giveUp])
      .catch(() => undefined)
      .then(() => this.#finish(5));
  }
}
