import type { Queryable, QueryOptions } from '../queries/define.ts';
import { giveOrder, orderAnswer } from '../queries/ledger_orders.ts';
import type { Actor, Command, RunState } from '../run/index.ts';
import type { Reply } from './feed.ts';

type Session = Queryable & { readonly pid: number };

const LOST = 'the connection was lost before the answer came: the log shows whether it was followed';
const OVER = 'the run has ended';

const NO_RIGHT = '42501';
const READ_ONLY = '25006';
/** What will not change while the connection lasts. */
const DENIED = new Set([NO_RIGHT, READ_ONLY]);

/** An engine refuses a seat that was asked for before its go, and a server may be away. */
const ASK_AGAIN_MS = 5_000;

/** Why an order could not be written, in words that say what to do. */
const whyNot = (error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : String(error);
  if (code === NO_RIGHT)
    return `this role may not give orders (${message}): the schema's owner grants it with sql/ledger/grants/operator.sql`;
  if (code === READ_ONLY) return 'this session only reads';
  return `the order could not be written into the ledger: ${message}. On the engine's machine, indexdeck abort needs no ledger`;
};

interface Given {
  id: string;
  answer(reply: Reply): void;
}

/** The orders that one screen, or one caller, writes into the ledger, and what comes of them. */
export class LedgerOrders {
  readonly #about: { run: string; name: Actor; seat: string | null };
  #given: Given[] = [];
  #client: string | null = null;
  /** Whether the engine knows that we are there, by this connection. never: the role may not say so. */
  #seat: 'none' | 'asked' | 'taken' | 'never' = 'none';
  /** When a seat that was refused is asked for again, by performance.now(). */
  #askAgainAt = Number.NEGATIVE_INFINITY;

  constructor(about: { run: string; name: Actor; seat: string | null }) {
    this.#about = about;
  }

  /** Which of the run's clients we are; null while we are none. */
  get client(): string | null {
    return this.#client;
  }

  /** Answers are waited for. */
  get waits(): boolean {
    return this.#given.length > 0;
  }

  /** Nothing is to be asked of the ledger: no answer is waited for, and the engine knows of this screen what it is to know. */
  isSettled(state: RunState | null): boolean {
    if (this.waits) return false;
    if (this.#about.seat === null || this.#seat === 'never') return true;
    return this.#seat === 'taken' && !this.#isForgotten(state);
  }

  /** A new connection: the engine is told which backend is ours now. */
  connected(): void {
    this.#seat = 'none';
    this.#askAgainAt = Number.NEGATIVE_INFINITY;
  }

  /** What was under way may have been written. */
  lost(): void {
    this.#answerAll(LOST);
  }

  over(): void {
    this.#answerAll(OVER);
  }

  give(session: Session, command: Command): Promise<Reply> {
    const { seat } = this.#about;
    return this.#order(session, seat === null ? command : { ...command, seat });
  }

  /** Settles when it is written: the engine looks for such a word before it follows an order. */
  async withdraw(session: Session, order: string): Promise<Reply> {
    try {
      await this.#write(session, { type: 'withdraw', order });
      return { ok: true, why: 'taken back, unless the engine has followed it already' };
    } catch (error) {
      return { ok: false, why: whyNot(error) };
    }
  }

  /** Says that this screen leaves on purpose. Never fails. */
  async leave(session: Session): Promise<void> {
    const { seat } = this.#about;
    if (seat === null || this.#seat === 'none' || this.#seat === 'never') return;
    await this.#write(session, { type: 'leave', seat }).catch(() => undefined);
  }

  /** Looks for answers, and takes a seat where there is none. */
  async see(session: Session, state: RunState | null, options: QueryOptions): Promise<void> {
    for (const given of [...this.#given]) {
      const said = await orderAnswer(session, given.id, options);
      if (said?.state === 'pending') continue;
      this.#given = this.#given.filter((each) => each !== given);
      const why = said === null ? 'the order is not in the ledger any more' : (said.answer ?? said.state);
      given.answer({ ok: said?.state === 'done', why });
    }
    await this.#takeSeat(session, state);
  }

  async #takeSeat(session: Session, state: RunState | null): Promise<void> {
    const { seat } = this.#about;
    if (seat === null || state === null || state.phase === 'finished') return;
    if (!this.#isForgotten(state) && this.#seat !== 'none') return;
    if (performance.now() < this.#askAgainAt) return;
    this.#seat = 'asked';
    this.#askAgainAt = performance.now() + ASK_AGAIN_MS;
    void this.#order(session, { type: 'join', seat, pid: session.pid }).then(({ ok, why, denied }) => {
      if (ok) this.#client = why;
      // Without a seat orders are still given, as by a caller.
      this.#seat = ok ? 'taken' : denied ? 'never' : 'none';
    });
  }

  /** An engine that took the run up knows nobody. */
  #isForgotten(state: RunState | null): boolean {
    return this.#seat === 'taken' && !(state?.clients.some(({ id }) => id === this.#client) ?? false);
  }

  async #order(session: Session, order: object): Promise<Reply & { denied?: true }> {
    try {
      const id = await this.#write(session, order);
      return await new Promise<Reply>((answer) => this.#given.push({ id, answer }));
    } catch (error) {
      const denied = DENIED.has((error as { code?: string }).code ?? '');
      return { ok: false, why: whyNot(error), ...(denied ? { denied } : {}) };
    }
  }

  #write(session: Session, order: object): Promise<string> {
    const { run, name } = this.#about;
    return giveOrder(session, { run, command: JSON.stringify(order), by: name }, { timeoutMs: 10_000 });
  }

  #answerAll(why: string): void {
    for (const { answer } of this.#given.splice(0)) answer({ ok: false, why });
  }
}
