import { z } from 'zod';
import { configureSession } from './configure_session.ts';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

/** What HypoPG is asked. Search paths are as SET takes them; null: the session's own. */
export interface HypotheticalQuestion {
  /** The extension's schema, quoted. */
  schema: string;
  creates: { step: number; sql: string; path: string | null }[];
  /** OIDs of indexes that will not be there: the planner is not to use them with the others. */
  drops: number[];
  probes: { probe: number; sql: string; path: string | null; settings: { name: string; value: string | null }[] }[];
}

const refused = z.object({ why: z.string() });
const explanation = z.record(z.string(), z.unknown());

const hypothesis = z.object({
  /** The drops were hidden from the planner; HypoPG can from 1.4 on. */
  hidden: z.boolean(),
  creates: z.array(
    z.union([
      z.object({ step: z.int(), /** As plans name it: <oid>btree_t_a. */ oid: z.int() }),
      refused.extend({ step: z.int() }),
    ]),
  ),
  probes: z.array(
    z.union([
      z.object({ probe: z.int(), /** As EXPLAIN (FORMAT JSON) says it. */ before: explanation, after: explanation }),
      refused.extend({ probe: z.int() }),
    ]),
  ),
});

export type Hypothesis = z.infer<typeof hypothesis>;

const ask = defineQuery('catalog/ask_hypopg.sql', z.unknown());
const answer = defineQuery('catalog/hypothesis.sql', z.object({ hypothesis: z.string().nullable() }));
const reset = defineQuery('catalog/hypopg_reset.sql', z.unknown());

/**
 * Has the planner plan the probes without and with these indexes, which are not built. Three statements, and one that forgets
 * them again whatever happened; needs the extension, and a session that nobody else uses meanwhile.
 */
export const askHypopg = async (
  on: Queryable,
  question: HypotheticalQuestion,
  options?: QueryOptions,
): Promise<Hypothesis> => {
  const settings = { 'indexdeck.hypothetical': JSON.stringify(question), 'indexdeck.hypothesis': '' };
  await configureSession(on, settings, options);
  try {
    await ask(on, [], options);
  } finally {
    await reset(on, [], options);
  }
  const { hypothesis: found } = onlyRow(await answer(on, [], options));
  return hypothesis.parse(JSON.parse(found ?? 'null'));
};
