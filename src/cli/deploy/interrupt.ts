import type { Feed } from '../../client/index.ts';
import type { Terminal } from '../connection/prompt.ts';
import { type Io, say } from '../io.ts';
import { askAloud } from '../output/ask-aloud.ts';

/** Orders the abort until it is taken: the connection may be lost just now, and back in a moment. */
export const orderAbort = async (feed: Feed, reason: string): Promise<void> => {
  for (;;) {
    const { state, link } = feed.view();
    if (link.status === 'ended' || state?.phase === 'aborting' || state?.phase === 'finished') return;
    if (link.status === 'connected' && (await feed.send({ type: 'abort', reason })).ok) return;
    await new Promise<void>((resolve) => {
      const end = feed.subscribe(() => {
        end();
        resolve();
      });
    });
  }
};

/** Twice within this time is one: a signal to a process group can also be passed on by a parent. */
const SAME_MS = 500;

/** Without a terminal: a signal means abort, and the end is waited for. Listens from before there is a run. */
export class AbortOnSignal {
  readonly #io: Io;
  #feed: Feed | null = null;
  #signal: NodeJS.Signals | null = null;
  #last = 0;

  constructor(io: Io) {
    this.#io = io;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, this.#take);
  }

  /** The run that a signal aborts, also one that came before. */
  attach(feed: Feed): void {
    this.#feed = feed;
    if (this.#signal !== null) void orderAbort(feed, this.#signal);
  }

  dispose(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, this.#take);
  }

  readonly #take = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    const again = this.#signal !== null;
    if (again && now - this.#last < SAME_MS) return;
    this.#last = now;
    this.#signal ??= signal;
    say(
      this.#io,
      again ? 'still aborting: waiting for what was begun to be cleaned up' : `${signal}: aborting the run`,
    );
    if (!again && this.#feed !== null) void orderAbort(this.#feed, signal);
  };
}

/** With a terminal: Ctrl-C asks what is meant. Settles when the person wants to leave and let the run go on. */
export const askOnInterrupt = (feed: Feed, terminal: Terminal, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    let asking = false;
    const take = async () => {
      if (asking) return;
      asking = true;
      const question = 'Abort the run (a), leave it running and detach (d), or stay (Enter)? ';
      const answer = (await askAloud(feed, 'leave', terminal, question, signal))?.toLowerCase();
      asking = false;
      if (answer === 'a') void orderAbort(feed, 'Ctrl-C');
      if (answer === 'd') resolve();
    };
    process.on('SIGINT', take);
    signal.addEventListener('abort', () => process.off('SIGINT', take));
  });
