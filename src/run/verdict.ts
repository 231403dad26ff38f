import type { EventBody } from './events.ts';

/** What is said to an order: no, and why; or what it leads to, and in a few words what that is. */
export type Verdict = { refused: string } | { events: EventBody[]; done: string };

export const refuse = (why: string): Verdict => ({ refused: why });
export const accept = (done: string, ...events: EventBody[]): Verdict => ({ events, done });
