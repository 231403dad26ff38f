import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const named = z.object({ schema: z.string().nullable(), name: z.string() });

/** A function as a statement names it; without a schema the search path decides. */
export type NamedFunction = z.infer<typeof named>;

const run = defineQuery('catalog/functions_named.sql', named);

/** Those of these functions that exist and are VOLATILE, whichever of the same name is meant. */
export const volatileFunctions = (
  on: Queryable,
  functions: readonly NamedFunction[],
  options?: QueryOptions,
): Promise<NamedFunction[]> => run(on, [JSON.stringify(functions)], options);
