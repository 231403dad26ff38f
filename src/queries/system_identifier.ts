import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('session/system_identifier.sql', z.object({ system: z.string() }));

/** The data folder's own name, which its physical copies share. */
export const systemIdentifier = async (on: Queryable, options?: QueryOptions): Promise<string> =>
  onlyRow(await run(on, [], options)).system;
