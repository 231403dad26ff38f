import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  user: z.string(),
  database: z.string(),
  /** The database's encoding takes every character. */
  utf8: z.boolean(),
  exists: z.boolean(),
  /** There is a ledger in it. */
  ledger: z.boolean(),
  /** Relations that are no ledger's. */
  others: z.int(),
  may_create_schema: z.boolean(),
  may_use: z.boolean(),
  may_create: z.boolean(),
  /** Tables of the ledger that the role may not write. */
  unwritable: z.array(z.string()),
});

export type LedgerSchemaRow = z.infer<typeof row>;

const run = defineQuery('ledger/schema_state.sql', row);

/** What stands where the ledger belongs, and what we may do about it. */
export const ledgerSchema = async (on: Queryable, schema: string, options?: QueryOptions): Promise<LedgerSchemaRow> =>
  onlyRow(await run(on, [schema], options));
