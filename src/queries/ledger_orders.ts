import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const pending = z.object({
  /** A number, as text: the server counts further than JavaScript. */
  id: z.string(),
  /** JSON, by whoever gave it. */
  command: z.string(),
  ordered_by: z.string(),
  /** The server's word for who gave it. */
  role: z.string(),
  /** Milliseconds since it was given, by the server's clock. */
  age_ms: z.number(),
});

/** An order that waits in the ledger. */
export type PendingOrder = z.infer<typeof pending>;

/** What came of an order. */
export type OrderState = 'pending' | 'done' | 'refused' | 'superseded' | 'withdrawn';

const answer = z.object({
  state: z.enum(['pending', 'done', 'refused', 'superseded', 'withdrawn']),
  answer: z.string().nullable(),
});

const readPending = defineQuery('ledger/pending_orders.sql', pending);
const putAnswer = defineQuery('ledger/answer_order.sql', z.object({ notified: z.string() }));
const give = defineQuery('ledger/give_order.sql', z.object({ id: z.string() }));
const readAnswer = defineQuery('ledger/order_answer.sql', answer);
const backends = defineQuery('ledger/backends.sql', z.object({ pid: z.int(), role: z.string() }));

/** The orders to a run that wait, in their order. */
export const pendingOrders = (on: Queryable, run: string, options?: QueryOptions): Promise<PendingOrder[]> =>
  readPending(on, [run], options);

/** Writes what came of an order, unless it has its answer. */
export const answerOrder = async (
  on: Queryable,
  order: { id: string; run: string; state: Exclude<OrderState, 'pending'>; answer: string },
  options?: QueryOptions,
): Promise<void> => {
  await putAnswer(on, [order.id, order.run, order.state, order.answer], options);
};

/** Gives an order, as JSON, and tells its number. */
export const giveOrder = async (
  on: Queryable,
  order: { run: string; command: string; by: string },
  options?: QueryOptions,
): Promise<string> => onlyRow(await give(on, [order.run, order.command, order.by], options)).id;

/** What came of an order so far; null when there is no such order any more. */
export const orderAnswer = async (
  on: Queryable,
  id: string,
  options?: QueryOptions,
): Promise<z.infer<typeof answer> | null> => (await readAnswer(on, [id], options))[0] ?? null;

/** Which of these backends are connected to the database, and as which role. */
export const backendsThere = (
  on: Queryable,
  pids: readonly number[],
  options?: QueryOptions,
): Promise<{ pid: number; role: string }[]> => backends(on, [pids], options);
