import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

/** An event as the ledger keeps it. */
export interface FedEvent {
  seq: number;
  at: string;
  type: string;
  /** Its JSON. */
  text: string;
}

/** A run's row. */
export interface FedRun {
  run: string;
  version: string;
  startedAt: string;
  host: string;
  port: number;
  user: string;
  operator: string;
  fingerprint: string;
  phase: string;
  status: number | null;
  /** What opens its notifications. */
  opener: string;
}

const feed = defineQuery('ledger/feed.sql', z.object({ seq: z.int() }));
const last = defineQuery('ledger/last_event.sql', z.object({ seq: z.int(), event: z.string() }));
const tell = defineQuery('ledger/announce.sql', z.object({ told: z.string() }));
const put = defineQuery('ledger/put_sample.sql', z.never());

/** Adds events, in order, with the run's row after them. A number that is taken is the server's error 23505. */
export const feedEvents = async (
  on: Queryable,
  run: FedRun,
  events: readonly FedEvent[],
  options?: QueryOptions,
): Promise<void> => {
  const { version, startedAt, host, port, user, operator, fingerprint, phase, status, opener } = run;
  const columns = [
    events.map(({ seq }) => seq),
    events.map(({ at }) => at),
    events.map(({ type }) => type),
    events.map(({ text }) => text),
  ];
  const facts = [version, startedAt, host, port, user, operator, fingerprint, phase, status, opener];
  await feed(on, [run.run, ...columns, ...facts], options);
};

/** The newest event of a run that the ledger has; null when it has none. */
export const lastFedEvent = async (
  on: Queryable,
  run: string,
  options?: QueryOptions,
): Promise<{ seq: number; event: string } | null> => (await last(on, [run], options))[0] ?? null;

/** Puts a sample, as JSON, in the place of the run's last one. */
export const putSample = async (
  on: Queryable,
  sample: { run: string; at: string; text: string },
  options?: QueryOptions,
): Promise<void> => {
  await put(on, [sample.run, sample.at, sample.text], options);
};

/** Sends a notification on the ledger's channel; less than 8000 bytes. */
export const announce = async (on: Queryable, payload: string, options?: QueryOptions): Promise<void> => {
  await tell(on, [payload], { ...options, prepared: true });
};
