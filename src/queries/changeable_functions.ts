import { z } from 'zod';
import { configureSession } from './configure_session.ts';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

/** Expressions over one table under one search path. */
export interface ExpressionTrial {
  /** The table, quoted and with its schema. */
  like: string;
  /** The search path as SET takes it; null: the session's own. */
  path: string | null;
  checks: { step: number; expressions: string[] }[];
}

const changeable = z.object({
  schema: z.string(),
  name: z.string(),
  arguments: z.string(),
  /** s: STABLE; v: VOLATILE. */
  volatility: z.enum(['s', 'v']),
  /** The type, where it is a cast. */
  cast: z.string().nullable(),
  /** The operator with its types, where it is one. */
  operator: z.string().nullable(),
  /** Takes a timestamp with time zone. */
  zoned: z.boolean(),
});

/** A function that is not IMMUTABLE. */
export type ChangeableFunction = z.infer<typeof changeable>;

const attempt = defineQuery('catalog/changeable_functions.sql', z.unknown());
const outcome = defineQuery('catalog/tried_indexes.sql', z.object({ tried: z.string().nullable() }));
const answer = z.array(z.object({ step: z.int(), functions: z.array(changeable) }));

/**
 * The functions in these expressions that are not IMMUTABLE, by step. Three statements, and nothing of it stays. Needs a
 * session that may write and that nobody else uses meanwhile.
 */
export const changeableFunctions = async (
  on: Queryable,
  trials: readonly ExpressionTrial[],
  options?: QueryOptions,
): Promise<Map<number, ChangeableFunction[]>> => {
  await configureSession(on, { 'indexdeck.try': JSON.stringify(trials), 'indexdeck.tried': '' }, options);
  await attempt(on, [], options);
  const { tried } = onlyRow(await outcome(on, [], options));
  return new Map(answer.parse(JSON.parse(tried ?? '[]')).map(({ step, functions }) => [step, functions]));
};
