import type { Actor, Command } from './commands.ts';
import type { RunEvent } from './events.ts';
import type { Sample } from './samples.ts';

/**
 * operator: a screen that may order. observer: a screen that only watches. caller: gives an order and goes; it is nobody's
 * screen, so it neither joins the run nor is missed when it is gone.
 */
export type ClientRole = 'operator' | 'observer' | 'caller';

/**
 * What goes over the control socket: one JSON object a line. A client says hello first. It gets every event after
 * `after`, in order and without gaps, then each new one as it comes, and the newest sample.
 */
export type ClientMessage =
  | { type: 'hello'; role: ClientRole; name: Actor; after: number }
  /** `id` comes back in the reply. */
  | { type: 'command'; id: number; command: Command }
  /** The screen goes on purpose: the engine stays. A client that ends without it has vanished. */
  | { type: 'goodbye' };

export type EngineMessage =
  /** `seq`: of the newest event. What the events before it give is not yet where the run stands. */
  | { type: 'welcome'; client: string; run: string; seq: number }
  | { type: 'event'; event: RunEvent }
  | { type: 'sample'; sample: Sample }
  /** When preflight was looked at last, ISO: also when nothing was found changed. Only while the go is waited for. */
  | { type: 'looked'; at: string }
  /** `ok` false: refused, and `why` says it in a sentence. */
  | { type: 'reply'; id: number; ok: boolean; why: string };
