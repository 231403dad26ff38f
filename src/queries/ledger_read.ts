import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = z.object({
  run: z.string(),
  version: z.string(),
  host: z.string(),
  port: z.int(),
  user: z.string(),
  operator: z.string(),
  fingerprint: z.string(),
  phase: z.string(),
  status: z.int().nullable(),
  /** The newest event that the ledger has. */
  seq: z.int(),
  started_at: z.string(),
  updated_at: z.string(),
});

/** A run as the ledger lists it. Times are ISO, UTC. */
export type LedgerRunRow = z.infer<typeof run>;

const runs = defineQuery('ledger/runs.sql', run);
const events = defineQuery('ledger/run_events.sql', z.object({ event: z.string() }));

/** All runs, the newest first. */
export const ledgerRuns = (on: Queryable, options?: QueryOptions): Promise<LedgerRunRow[]> => runs(on, [], options);

/** A run's events as JSON, in order. */
export const ledgerEvents = async (on: Queryable, id: string, options?: QueryOptions): Promise<string[]> =>
  (await events(on, [id], options)).map(({ event }) => event);
