import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({ name: z.string(), may_create: z.boolean() });

const run = defineQuery('catalog/tablespaces_named.sql', row);

/** By name, whether we may create something there; one that does not exist is missing. */
export const tablespacesNamed = async (
  on: Queryable,
  names: readonly string[],
  options?: QueryOptions,
): Promise<Map<string, boolean>> =>
  new Map((await run(on, [names], options)).map(({ name, may_create }) => [name, may_create]));
