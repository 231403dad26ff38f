import { z } from 'zod';
import type { PendingOrder } from '../../queries/ledger_orders.ts';
import type { Actor, Command, RunEvent } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { command } from '../command-schema.ts';

const seat = z.string().min(1).max(64);

/** What a screen elsewhere says of itself, and an order that takes another one back. */
const aboutScreens = z.discriminatedUnion('type', [
  /** An operator's screen is there: `pid` is its backend, by which it is seen to be there still. */
  z.object({ type: z.literal('join'), seat, pid: z.int() }),
  z.object({ type: z.literal('leave'), seat }),
  z.object({ type: z.literal('withdraw'), order: z.string().max(20) }),
]);

const seated = z.object({ seat: seat.optional() });

/** What to do with an order that waits. */
export type Verdict =
  | { kind: 'follow'; command: Command; seat: string | null }
  | { kind: 'join'; seat: string; pid: number }
  | { kind: 'leave'; seat: string }
  /** `record`: an order that is not followed, which is on record as well. */
  | {
      kind: 'answer';
      state: 'done' | 'refused' | 'superseded' | 'withdrawn';
      text: string;
      record: { command: Command; how: 'withdrawn' | 'superseded' } | null;
    };

export interface SortedOrder {
  order: PendingOrder;
  by: Actor;
  verdict: Verdict;
}

type Parsed =
  | { kind: 'command'; command: Command; seat: string | null }
  | { kind: 'screen'; said: z.infer<typeof aboutScreens> }
  | { kind: 'nonsense' };

const parse = (text: string): Parsed => {
  try {
    const value: unknown = JSON.parse(text);
    const screen = aboutScreens.safeParse(value);
    if (screen.success) return { kind: 'screen', said: screen.data };
    const order = command.safeParse(value);
    if (!order.success) return { kind: 'nonsense' };
    return { kind: 'command', command: order.data as Command, seat: seated.parse(value).seat ?? null };
  } catch {
    return { kind: 'nonsense' };
  }
};

/** Who ordered it: in his own words, without what a terminal would take for more than words, and by the server's word. */
export const actorOf = ({ ordered_by, role }: PendingOrder): Actor => plainText(`${ordered_by} (role ${role})`);

type OrderEvent = Extract<RunEvent, { type: 'command.received' | 'command.refused' | 'command.dropped' }>;

const isOrderEvent = (event: RunEvent): event is OrderEvent =>
  event.type === 'command.received' || event.type === 'command.refused' || event.type === 'command.dropped';

const answer = (
  state: Extract<Verdict, { kind: 'answer' }>['state'],
  text: string,
  record: Extract<Verdict, { kind: 'answer' }>['record'] = null,
): Verdict => ({ kind: 'answer', state, text, record });

/** What is on record of an order already: its engine was gone before it could answer. */
const onRecord = (order: PendingOrder, wanted: Command, events: readonly RunEvent[]): Verdict | null => {
  const number = Number(order.id);
  const said = events.find(
    (event): event is OrderEvent =>
      isOrderEvent(event) && event.order === number && JSON.stringify(event.command) === JSON.stringify(wanted),
  );
  if (said === undefined) return null;
  if (said.type === 'command.refused') return answer('refused', said.why);
  return said.type === 'command.dropped'
    ? answer(said.how, said.why)
    : answer('done', 'it was followed; the log shows what came of it');
};

/**
 * What to do with the orders that wait, in their order. `sinceGoMs`: for how long the engine has its go; what was ordered
 * before was meant for a state that nobody has said go to. One that an abort behind it makes pointless is not followed. Pure.
 */
export const sortOrders = (
  orders: readonly PendingOrder[],
  { events, sinceGoMs }: { events: readonly RunEvent[]; sinceGoMs: number },
): SortedOrder[] => {
  const parsed = orders.map((order) => ({ order, said: parse(order.command) }));
  const isOf = (id: string, role: string) => parsed.some(({ order }) => order.id === id && order.role === role);
  const withdrawn = new Set(
    parsed.flatMap(({ order, said }) =>
      said.kind === 'screen' && said.said.type === 'withdraw' && isOf(said.said.order, order.role)
        ? [said.said.order]
        : [],
    ),
  );
  const isLate = ({ age_ms }: PendingOrder) => age_ms > sinceGoMs;
  const abort = parsed.findLastIndex(
    ({ order, said }) =>
      said.kind === 'command' && said.command.type === 'abort' && !withdrawn.has(order.id) && !isLate(order),
  );
  return parsed.map(({ order, said }, at): SortedOrder => {
    const by = actorOf(order);
    const give = (verdict: Verdict) => ({ order, by, verdict });
    if (said.kind === 'nonsense') return give(answer('refused', 'it is no order that this engine knows'));
    if (said.kind === 'screen') {
      const { said: about } = said;
      if (about.type === 'join') return give({ kind: 'join', seat: about.seat, pid: about.pid });
      if (about.type === 'leave') return give({ kind: 'leave', seat: about.seat });
      return give(
        withdrawn.has(about.order)
          ? answer('done', 'withdrawn')
          : answer('refused', 'there is no such order of yours that waits: it was answered already'),
      );
    }
    const { command: wanted } = said;
    const known = onRecord(order, wanted, events);
    if (known !== null) return give(known);
    const drop = (how: 'withdrawn' | 'superseded', why: string) => give(answer(how, why, { command: wanted, how }));
    if (withdrawn.has(order.id)) return drop('withdrawn', 'withdrawn before it was followed');
    if (isLate(order)) return drop('superseded', 'it was given before the go to the engine that is at work now');
    if (at < abort && wanted.type !== 'abort') return drop('superseded', 'an abort came before it was followed');
    return give({ kind: 'follow', command: wanted, seat: said.seat });
  });
};
