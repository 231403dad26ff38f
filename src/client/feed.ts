import type { Command, RunEvent, RunState, Sample } from '../run/index.ts';

/** An order in the ledger that waits for the engine. `at` is ISO. */
export interface WaitingOrder {
  id: string;
  /** JSON, by whoever gave it: not checked. */
  command: unknown;
  /** As he calls himself, and the role by the server's word. */
  by: string;
  role: string;
  at: string;
}

/** How the client stands with the engine. `since` is ISO; `why` says in a sentence what went wrong, if anything did. */
export interface Link {
  /** lost: reconnecting by itself. ended: the engine is gone and will not come back. */
  status: 'connected' | 'lost' | 'ended';
  since: string;
  why: string | null;
}

/** The engine is gone, and the run has not finished: what it had begun is in doubt until somebody takes the run up. */
export const isAbandoned = ({ state, link }: Pick<FeedView, 'state' | 'link'>): boolean =>
  link.status === 'ended' && state !== null && state.phase !== 'finished';

/** What is known of a run at one moment. Immutable: a change makes a new one. */
export interface FeedView {
  /** Null until the first event came. */
  state: RunState | null;
  /** All of them, in order, without gaps. */
  events: readonly RunEvent[];
  /** The newest reading of the live metrics. */
  sample: Sample | null;
  /** When preflight was looked at last, ISO; null or absent while that is not known. */
  looked?: string | null;
  link: Link;
  /** Which of the run's clients this screen is; null while it is none. */
  client?: string | null;
  /** Orders in the ledger that the engine has not seen to yet. */
  waiting?: readonly WaitingOrder[];
}

/** What a command came to. `ok` false: refused, and `why` says it in a sentence. */
export interface Reply {
  ok: boolean;
  why: string;
}

/** A run as a screen follows it, whatever brings it: the engine's socket, the ledger, a journal, a test. */
export interface Feed {
  /** The same object until something changes. */
  view(): FeedView;
  /** `listener` is called after each change; the function that comes back ends that. */
  subscribe(listener: () => void): () => void;
  /** Never rejects: what cannot be sent is refused with a reason. */
  send(command: Command): Promise<Reply>;
  /** Takes back an order that waits in the ledger; absent: orders do not wait here. */
  withdraw?(order: string): Promise<Reply>;
}

/** A client of a run that goes on. */
export interface LiveFeed extends Feed {
  /** Settles when the run has ended, the engine is gone for good, or this client has left. */
  readonly closed: Promise<void>;
  /** Leaves on purpose: the run goes on. */
  goodbye(): Promise<void>;
  /** Leaves without a word, as a screen does that dies: the engine's policy for that applies. */
  vanish(): void;
}
