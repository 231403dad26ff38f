import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const named = z.object({ schema: z.string().nullable(), name: z.string() });

/** A function, or a relation, as a statement names it; without a schema the search path decides. */
export type NamedFunction = z.infer<typeof named>;
export type FunctionFound = NamedFunction;

const run = defineQuery('catalog/functions_named.sql', named.extend({ every: z.boolean() }));
const ofViews = defineQuery('catalog/functions_of_views.sql', named);

/** Those of these functions that exist, and of which at least one of the name is VOLATILE. */
export const functionsNamed = (
  on: Queryable,
  functions: readonly NamedFunction[],
  options?: QueryOptions,
): Promise<FunctionFound[]> => run(on, [JSON.stringify(functions)], options);

/** Those of these functions that exist and are VOLATILE, whichever of the same name is meant. */
export const volatileFunctions = async (
  on: Queryable,
  functions: readonly NamedFunction[],
  options?: QueryOptions,
): Promise<NamedFunction[]> => (await run(on, [JSON.stringify(functions)], options)).filter(({ every }) => every);

/** VOLATILE functions that the views among these relations call. */
export const functionsOfViews = (
  on: Queryable,
  relations: readonly NamedFunction[],
  options?: QueryOptions,
): Promise<FunctionFound[]> => ofViews(on, [JSON.stringify(relations)], options);
