import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  parent: z.int().nullable(),
  partition: z.int().nullable(),
  attached_to: z.int().nullable(),
});

const run = defineQuery('catalog/attachment.sql', row);

/** The indexes of these names, as SQL has them, and what the second is attached to. */
export const attachment = async (
  on: Queryable,
  names: { parent: string; partition: string },
  options?: QueryOptions,
): Promise<z.infer<typeof row>> => onlyRow(await run(on, [names.parent, names.partition], options));
