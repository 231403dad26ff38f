import { describe, expect, it } from 'vitest';
import { sortOrders } from '../../../src/engine/ledger/sort-orders.ts';
import type { PendingOrder } from '../../../src/queries/ledger_orders.ts';
import type { RunEvent } from '../../../src/run/index.ts';

const order = (id: number, command: object | string, more: Partial<PendingOrder> = {}): PendingOrder => ({
  id: String(id),
  command: typeof command === 'string' ? command : JSON.stringify(command),
  ordered_by: 'anna@far',
  role: 'anna',
  age_ms: 100,
  ...more,
});

const verdicts = (orders: PendingOrder[], events: RunEvent[] = [], sinceGoMs = 60_000) =>
  sortOrders(orders, { events, sinceGoMs }).map(({ verdict }) => verdict);

const PAUSE = { type: 'pause' };
const event = (body: object): RunEvent => ({ seq: 9, at: '2026-11-24T10:00:00.000Z', run: 'r', ...body }) as RunEvent;

describe('orders that wait', () => {
  it('are followed in their order, in the name of who gave them and his role', () => {
    const [first, second] = sortOrders([order(1, PAUSE), order(2, { type: 'continue', seat: 's' })], {
      events: [],
      sinceGoMs: 1000,
    });
    expect(first).toMatchObject({
      by: 'anna@far (role anna)',
      verdict: { kind: 'follow', command: PAUSE, seat: null },
    });
    expect(second?.verdict).toEqual({ kind: 'follow', command: { type: 'continue' }, seat: 's' });
  });

  it('carry no name that a terminal would take for more than a name', () => {
    const [first] = sortOrders([order(1, PAUSE, { ordered_by: 'eve\u001b[2J\u0007\n@far' })], {
      events: [],
      sinceGoMs: 1000,
    });
    expect(first?.by).toMatch(/^[\x20-\x7e]*\(role anna\)$/);
  });

  it.each(['', '{', '[]', 'null', '{}', '{"type":"x"}', '{"type":"set-jobs"}', '{"type":"pause","forMs":-1}'])(
    'that are none are refused: %s',
    (text) => {
      expect(verdicts([order(1, text)])).toEqual([
        { kind: 'answer', state: 'refused', text: 'it is no order that this engine knows', record: null },
      ]);
    },
  );

  it('and are on record already get the answer that was decided', () => {
    const received = event({ type: 'command.received', command: PAUSE, by: 'x', order: 1 });
    const refused = event({ type: 'command.refused', command: PAUSE, by: 'x', order: 2, why: 'no' });
    const dropped = event({
      type: 'command.dropped',
      command: PAUSE,
      by: 'x',
      order: 3,
      how: 'withdrawn',
      why: 'back',
    });
    expect(verdicts([order(1, PAUSE), order(2, PAUSE), order(3, PAUSE)], [received, refused, dropped])).toMatchObject([
      { kind: 'answer', state: 'done', record: null },
      { kind: 'answer', state: 'refused', text: 'no', record: null },
      { kind: 'answer', state: 'withdrawn', text: 'back', record: null },
    ]);
  });

  it('with a number that a server before had given to another order are new', () => {
    const other = event({ type: 'command.received', command: { type: 'continue' }, by: 'x', order: 1 });
    expect(verdicts([order(1, PAUSE)], [other])).toMatchObject([{ kind: 'follow' }]);
  });

  it('from before the go are superseded, an abort among them', () => {
    expect(verdicts([order(1, { type: 'abort' }, { age_ms: 5000 }), order(2, PAUSE)], [], 4000)).toMatchObject([
      { kind: 'answer', state: 'superseded', record: { how: 'superseded' } },
      { kind: 'follow' },
    ]);
  });

  it('before an abort are superseded by it, unless it is withdrawn', () => {
    const abort = order(2, { type: 'abort' });
    expect(verdicts([order(1, PAUSE), abort, order(3, PAUSE)])).toMatchObject([
      { kind: 'answer', state: 'superseded' },
      { kind: 'follow' },
      { kind: 'follow' },
    ]);
    expect(verdicts([order(1, PAUSE), abort, order(3, { type: 'withdraw', order: '2' })])).toMatchObject([
      { kind: 'follow' },
      { kind: 'answer', state: 'withdrawn' },
      { kind: 'answer', state: 'done', text: 'withdrawn' },
    ]);
  });

  it('are withdrawn by the role that gave them, and by no other', () => {
    const theirs = order(2, { type: 'withdraw', order: '1' }, { role: 'ben' });
    expect(verdicts([order(1, PAUSE), theirs])).toMatchObject([
      { kind: 'follow' },
      { kind: 'answer', state: 'refused', text: expect.stringContaining('no such order of yours') },
    ]);
  });

  it('tell of screens that come and go', () => {
    expect(verdicts([order(1, { type: 'join', seat: 's', pid: 7 }), order(2, { type: 'leave', seat: 's' })])).toEqual([
      { kind: 'join', seat: 's', pid: 7 },
      { kind: 'leave', seat: 's' },
    ]);
  });
});
