import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  /** Events as JSON, in order. */
  events: z.array(z.string()),
  /** The newest sample as JSON; null when there is none that is newer than the one asked about. */
  sample: z.string().nullable(),
  /** Orders that wait for the engine. */
  pending: z.array(
    z.object({ id: z.string(), command: z.unknown(), by: z.string(), role: z.string(), at: z.string() }),
  ),
  /** The run's engine is connected to the database. */
  engine: z.boolean(),
});

/** What a screen elsewhere needs to know of a run since it last asked. */
export type LedgerNews = z.infer<typeof row>;

const run = defineQuery('ledger/follow.sql', row);

/** The news of a run: events behind `after`, the sample if it is newer than `sampleAt` (ISO). Null: no such run. */
export const ledgerNews = async (
  on: Queryable,
  about: { run: string; after: number; sampleAt: string | null },
  options?: QueryOptions,
): Promise<LedgerNews | null> =>
  (await run(on, [about.run, about.after, about.sampleAt ?? '-infinity'], options))[0] ?? null;
