import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('session/export_snapshot.sql', z.object({ snapshot: z.string() }));

/** Exports the snapshot of the REPEATABLE READ transaction that `on` is in, and gives its name. */
export const exportSnapshot = async (on: Queryable, options?: QueryOptions): Promise<string> =>
  onlyRow(await run(on, [], options)).snapshot;
