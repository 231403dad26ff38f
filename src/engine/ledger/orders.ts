import { answerOrder, type PendingOrder, pendingOrders } from '../../queries/ledger_orders.ts';
import type { Actor, Command, OrderSource, RunEvent } from '../../run/index.ts';
import { type Session, toErrorFacts } from '../session.ts';
import { WITHIN } from './prepare.ts';
import { Seats, type SeatsHost } from './seats.ts';
import { type SortedOrder, sortOrders } from './sort-orders.ts';

/** Orders are looked for so often: an operator elsewhere waits half as long, and a bit, for his word to be heard. */
export const ORDERS_EVERY_MS = 400;
/** Orders that cannot be read are not worth a try in each round. */
const NO_ORDERS_MS = 10_000;

export interface OrdersHost extends SeatsHost {
  events(): readonly RunEvent[];
  /** For how long the engine has its go, in milliseconds. */
  sinceGoMs(): number;
  command(command: Command, by: Actor, from: OrderSource): { ok: boolean; why: string };
  /** An order that is not followed goes on record too. */
  dropped(order: { command: Command; by: Actor; order: number; how: 'withdrawn' | 'superseded'; why: string }): void;
  log(line: string): void;
}

type Answer = { id: string; state: 'done' | 'refused' | 'superseded' | 'withdrawn'; answer: string };

/**
 * The orders that operators elsewhere write into the ledger. The ledger is where they are ordered; what they lead to is
 * decided as for any other order. First all are followed, then they are answered: an abort waits for no answer.
 */
export class Orders {
  readonly #run: string;
  readonly #host: OrdersHost;
  readonly #seats: Seats;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(run: string, host: OrdersHost) {
    this.#run = run;
    this.#host = host;
    this.#seats = new Seats(host);
  }

  /** Looks for orders, if it is time to, and sees to them; says whether somebody was answered. Fails only with the session. */
  async take(session: Session): Promise<boolean> {
    const now = performance.now();
    if (now - this.#lookedAt < ORDERS_EVERY_MS) return false;
    this.#lookedAt = now;
    try {
      await this.#seats.look(session);
      const orders = await pendingOrders(session, this.#run, WITHIN);
      if (orders.length === 0) return false;
      const sorted = sortOrders(orders, { events: this.#host.events(), sinceGoMs: this.#host.sinceGoMs() });
      const answers: Answer[] = [];
      for (const each of sorted) answers.push(await this.#follow(session, each));
      for (const each of answers) await answerOrder(session, { ...each, run: this.#run }, WITHIN);
      return true;
    } catch (error) {
      if (session.lost) throw error;
      this.#lookedAt = now + NO_ORDERS_MS;
      this.#host.log(`no orders from the ledger: ${toErrorFacts(error).message}`);
      return false;
    }
  }

  /** Answers what still waits at the run's end. Never fails. */
  async close(session: Session): Promise<void> {
    const late = (order: PendingOrder): Answer => ({ id: order.id, state: 'refused', answer: 'the run has ended' });
    try {
      const orders = await pendingOrders(session, this.#run, WITHIN);
      for (const order of orders) await answerOrder(session, { ...late(order), run: this.#run }, WITHIN);
    } catch (error) {
      this.#host.log(`orders that wait are not answered: ${toErrorFacts(error).message}`);
    }
  }

  async #follow(session: Session, { order, by, verdict }: SortedOrder): Promise<Answer> {
    const { id, role } = order;
    switch (verdict.kind) {
      case 'answer': {
        const { state, text, record } = verdict;
        if (record !== null) this.#host.dropped({ ...record, by, order: Number(id), why: text });
        return { id, state, answer: text };
      }
      case 'join': {
        const client = await this.#seats.join(session, verdict.seat, verdict.pid, order);
        return client === null
          ? { id, state: 'refused', answer: `there is no session with pid ${verdict.pid} of ${role}` }
          : { id, state: 'done', answer: client };
      }
      case 'leave':
        this.#seats.leave(verdict.seat, role);
        return { id, state: 'done', answer: 'left' };
      case 'follow': {
        const client = this.#seats.clientOf(verdict.seat, role);
        const { ok, why } = this.#host.command(verdict.command, by, { client, order: Number(id) });
        return { id, state: ok ? 'done' : 'refused', answer: why };
      }
    }
  }
}
