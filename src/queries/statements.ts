import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  query_id: z.string(),
  query: z.string(),
  calls: z.number(),
  total_ms: z.number(),
  rows: z.number(),
  hidden: z.int(),
});

export type StatementRow = z.infer<typeof row>;

const read = defineQuery('monitor/statements.sql', row);
const reset = defineQuery('monitor/statements_reset.sql', z.object({ reset: z.string().nullable() }));

/** The most expensive statements of this database; pg_stat_statements must be in the search path. */
export const expensiveStatements = (
  on: Queryable,
  most: number,
  wanted: readonly string[],
  options?: QueryOptions,
): Promise<StatementRow[]> => read(on, [most, wanted], options);

/** When they were reset last, ISO, UTC. */
export const statementsReset = async (on: Queryable, options?: QueryOptions): Promise<string | null> =>
  (await reset(on, [], options))[0]?.reset ?? null;
