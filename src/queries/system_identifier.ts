import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('catalog/system_identifier.sql', z.object({ system_identifier: z.string() }));

/** The cluster's own identifier, in digits. Fails where the role may not ask (42501). */
export const systemIdentifier = async (on: Queryable, options?: QueryOptions): Promise<string> =>
  onlyRow(await run(on, [], options)).system_identifier;
