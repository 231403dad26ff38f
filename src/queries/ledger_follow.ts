import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const newest = z.object({
  /** The newest event that the ledger has. */
  seq: z.int(),
  /** The next events, as JSON, in order: not all of them, if there are many. */
  events: z.array(z.string()),
  /** How many orders wait for the engine. */
  waiting: z.int(),
});

const waiting = z.object({
  id: z.string(),
  /** By whoever gave it: not checked. */
  command: z.unknown(),
  by: z.string(),
  role: z.string(),
  at: z.string(),
});

const readNewest = defineQuery('ledger/newest.sql', newest);
const readSample = defineQuery('ledger/newest_sample.sql', z.object({ sample: z.string() }));
const readWaiting = defineQuery('ledger/waiting_orders.sql', waiting);
const readOpener = defineQuery('ledger/opener.sql', z.object({ opener: z.string().nullable() }));
const readEngine = defineQuery('ledger/engine_there.sql', z.object({ there: z.boolean() }));

/** How far a run is, and its events behind `after`. Null: there is no such run. */
export const ledgerNewest = async (
  on: Queryable,
  run: string,
  after: number,
  options?: QueryOptions,
): Promise<z.infer<typeof newest> | null> =>
  (await readNewest(on, [run, after], { ...options, prepared: true }))[0] ?? null;

/** The run's newest sample as JSON if it is newer than `sampleAt` (ISO); null when there is none. */
export const ledgerSample = async (
  on: Queryable,
  run: string,
  sampleAt: string | null,
  options?: QueryOptions,
): Promise<string | null> =>
  (await readSample(on, [run, sampleAt ?? '-infinity'], { ...options, prepared: true }))[0]?.sample ?? null;

/** The orders to a run that wait. */
export const waitingOrders = (on: Queryable, run: string, options?: QueryOptions): Promise<z.infer<typeof waiting>[]> =>
  readWaiting(on, [run], options);

/** Whether the run's engine seems to be connected to the database. */
export const engineThere = async (on: Queryable, run: string, options?: QueryOptions): Promise<boolean> =>
  onlyRow(await readEngine(on, [run], options)).there;

/** What opens the notifications about a run; null where there is nothing that does. */
export const ledgerOpener = async (on: Queryable, run: string, options?: QueryOptions): Promise<string | null> =>
  (await readOpener(on, [run], options))[0]?.opener ?? null;
