import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  name: z.string(),
  /** The version that is installed in this database; null for none. */
  installed: z.string().nullable(),
  /** Where it is installed. */
  schema: z.string().nullable(),
  /** The version that the server would install; null where it has none. */
  offered: z.string().nullable(),
  /** We may install it. */
  may_install: z.boolean(),
});

export type ExtensionOffer = z.infer<typeof row>;

const run = defineQuery('catalog/extensions_offered.sql', row);

/** What there is of these extensions in this database and on its server. */
export const extensionsOffered = (
  on: Queryable,
  names: readonly string[],
  options?: QueryOptions,
): Promise<ExtensionOffer[]> => run(on, [names], options);
