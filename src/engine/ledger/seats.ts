import { backendsThere, type PendingOrder } from '../../queries/ledger_orders.ts';
import type { Session } from '../session.ts';
import { WITHIN } from './prepare.ts';
import { actorOf } from './sort-orders.ts';

/** A connection that is cut for a while is not a screen that vanished. */
const GRACE_MS = 30_000;
const LOOK_EVERY_MS = 2_000;

interface Seat {
  client: string;
  role: string;
  pid: number;
  /** Since when its backend was not there, by performance.now(). */
  missingSince: number | null;
}

export interface SeatsHost {
  joined(client: string, name: string): void;
  left(client: string, vanished: boolean): void;
}

/**
 * The operators' screens that follow a run through the ledger. Each names its backend, and is there as long as the server
 * has that backend, as that role: nobody keeps a seat by saying so.
 */
export class Seats {
  readonly #host: SeatsHost;
  readonly #seats = new Map<string, Seat>();
  #lookedAt = 0;

  constructor(host: SeatsHost) {
    this.#host = host;
  }

  /** The client that has this seat, if it is this role's; null when there is none. */
  clientOf(token: string | null, role: string): string | null {
    const seat = token === null ? undefined : this.#seats.get(token);
    return seat?.role === role ? seat.client : null;
  }

  /** Takes a seat, or keeps it over a new connection. Gives the client's ID, or null: there is no such backend of that role. */
  async join(session: Session, token: string, pid: number, order: PendingOrder): Promise<string | null> {
    const { role } = order;
    const [there] = await backendsThere(session, [pid], WITHIN);
    if (there?.role !== role) return null;
    const known = this.#seats.get(token);
    if (known !== undefined && known.role !== role) return null;
    const client = known?.client ?? `l${order.id}`;
    this.#seats.set(token, { client, role, pid, missingSince: null });
    if (known === undefined) this.#host.joined(client, actorOf(order));
    return client;
  }

  /** Gives a seat up on purpose. */
  leave(token: string, role: string): void {
    const client = this.clientOf(token, role);
    if (client === null) return;
    this.#seats.delete(token);
    this.#host.left(client, false);
  }

  /** Looks, now and then, whether they are still there. */
  async look(session: Session): Promise<void> {
    const now = performance.now();
    if (this.#seats.size === 0 || now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const pids = [...this.#seats.values()].map(({ pid }) => pid);
    const there = await backendsThere(session, pids, WITHIN);
    for (const [token, seat] of this.#seats) {
      const isThere = there.some(({ pid, role }) => pid === seat.pid && role === seat.role);
      seat.missingSince = isThere ? null : (seat.missingSince ?? now);
      if (seat.missingSince === null || now - seat.missingSince < GRACE_MS) continue;
      this.#seats.delete(token);
      this.#host.left(seat.client, true);
    }
  }
}
