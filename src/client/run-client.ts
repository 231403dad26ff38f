import { connect, type Socket } from 'node:net';
import { isEvent } from '../run/event-shape.ts';
import type { Actor, ClientMessage, ClientRole, Command, EngineMessage, Sample } from '../run/index.ts';
import { LineSplitter } from '../run/lines.ts';
import { reconnectDelay } from './backoff.ts';
import { enginePid, processExists } from './engine-alive.ts';
import type { FeedView, Link, LiveFeed, Reply } from './feed.ts';
import { History } from './history.ts';
import { readJournal } from './journal-file.ts';
import { socketAddress } from './socket-address.ts';

export interface RunClientOptions {
  /** The run's directory. */
  dir: string;
  role: ClientRole;
  /** Who this is, for the record. */
  name: Actor;
}

const LOST = 'the connection to the engine was lost before its answer came: the log shows whether it was followed';
const NOT_CONNECTED = 'there is no connection to the engine right now';
const GONE = 'the engine ended without finishing the run';

/** A run that goes on, followed and commanded over the engine's socket. It reconnects by itself, and misses nothing. */
export class RunClient implements LiveFeed {
  readonly #options: RunClientOptions;
  readonly #history = new History();
  readonly #listeners = new Set<() => void>();
  readonly #pending = new Map<number, (reply: Reply) => void>();
  readonly #close = Promise.withResolvers<void>();
  #view: FeedView;
  #link: Link;
  #sample: Sample | null = null;
  #looked: string | null = null;
  #socket: Socket | null = null;
  #welcome = false;
  #client: string | null = null;
  /** seq up to which the run's past is being told: until then nothing is shown, lest it be taken for the present. */
  #past = 0;
  #attempt = 0;
  #commands = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RunClientOptions) {
    this.#options = options;
    this.#link = { status: 'lost', since: new Date().toISOString(), why: 'connecting to the engine' };
    this.#view = { state: null, events: this.#history.events, sample: null, link: this.#link };
    this.#connect();
  }

  /** Settles when the run has ended, the engine is gone, or goodbye was said. */
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
    if (!this.#welcome || this.#socket === null)
      return { ok: false, why: this.#link.status === 'ended' ? 'the engine is gone' : NOT_CONNECTED };
    this.#commands += 1;
    const id = this.#commands;
    const reply = new Promise<Reply>((resolve) => this.#pending.set(id, resolve));
    this.#write({ type: 'command', id, command });
    return await reply;
  }

  /** Leaves on purpose: the run goes on. */
  async goodbye(): Promise<void> {
    const socket = this.#socket;
    if (this.#link.status === 'ended') return;
    if (this.#welcome) this.#write({ type: 'goodbye' });
    this.#end(null);
    if (socket !== null && !socket.destroyed)
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.end();
        setTimeout(() => socket.destroy(), 1_000).unref();
      });
  }

  /** Leaves without a word, as a screen does that dies: the engine's policy for that applies. */
  vanish(): void {
    this.#end('this client left');
    this.#socket?.destroy();
  }

  #connect(): void {
    this.#timer = null;
    let socket: Socket;
    try {
      const address = socketAddress(this.#options.dir);
      socket = connect(address.path);
      socket.once('connect', address.release).once('error', address.release);
    } catch (error) {
      this.#lost((error as Error).message);
      return;
    }
    this.#socket = socket;
    const lines = new LineSplitter();
    socket.on('connect', () => {
      const { role, name } = this.#options;
      this.#write({ type: 'hello', role, name, after: this.#history.seq });
    });
    socket.on('data', (chunk) => this.#read(socket, lines.push(chunk)));
    let why = 'the engine closed the connection';
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#lost(why);
    });
  }

  #write(message: ClientMessage): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`);
  }

  /** However many messages one chunk holds, listeners are called once. */
  #read(socket: Socket, lines: string[]): void {
    try {
      for (const line of lines) this.#take(line);
    } catch (error) {
      // What does not fit is read again, from the last event that did.
      socket.destroy(error as Error);
    }
    this.#publish();
  }

  #take(line: string): void {
    const message = JSON.parse(line) as EngineMessage;
    switch (message?.type) {
      case 'welcome':
        this.#welcome = true;
        this.#client = message.client;
        this.#past = message.seq;
        this.#link = { status: 'connected', since: new Date().toISOString(), why: null };
        break;
      case 'event':
        if (!isEvent(message.event)) throw new Error('not an event');
        if (this.#history.add(message.event) === 'gap') throw new Error(`event ${this.#history.seq + 1} is missing`);
        this.#attempt = 0;
        break;
      case 'sample':
        this.#sample = message.sample;
        break;
      case 'looked':
        this.#looked = message.at;
        break;
      case 'reply':
        this.#pending.get(message.id)?.({ ok: message.ok, why: message.why });
        this.#pending.delete(message.id);
        break;
    }
  }

  #lost(why: string): void {
    this.#socket = null;
    this.#welcome = false;
    this.#refuseAll();
    if (this.#link.status === 'ended') return;
    const pid = enginePid(this.#options.dir);
    if (this.#isFinished() || pid === null || !processExists(pid)) {
      this.#endFromJournal();
      return;
    }
    const since = this.#link.status === 'lost' ? this.#link.since : new Date().toISOString();
    this.#link = { status: 'lost', since, why };
    this.#publish();
    this.#timer = setTimeout(() => this.#connect(), reconnectDelay(this.#attempt));
    this.#attempt += 1;
  }

  /** An engine that is gone may have recorded more than it could send. */
  #endFromJournal(): void {
    try {
      for (const event of readJournal(this.#options.dir).events) this.#history.add(event);
    } catch {
      // What cannot be taken leaves the state as it was.
    }
    this.#end(this.#isFinished() ? null : GONE);
  }

  #isFinished(): boolean {
    return this.#history.state?.phase === 'finished';
  }

  #end(why: string | null): void {
    if (this.#link.status === 'ended') return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#refuseAll();
    this.#link = { status: 'ended', since: new Date().toISOString(), why };
    this.#publish();
    this.#close.resolve();
  }

  #refuseAll(): void {
    for (const resolve of this.#pending.values()) resolve({ ok: false, why: LOST });
    this.#pending.clear();
  }

  #publish(): void {
    if (this.#link.status === 'connected' && this.#history.seq < this.#past) return;
    const { state, events } = this.#history;
    const next: FeedView = {
      state,
      events,
      sample: this.#sample,
      looked: this.#looked,
      link: this.#link,
      client: this.#client,
    };
    const same = (Object.keys(next) as (keyof FeedView)[]).every((key) => next[key] === this.#view[key]);
    if (same) return;
    this.#view = next;
    for (const listener of [...this.#listeners]) listener();
  }
}
