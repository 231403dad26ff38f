import { configureSession } from '../../../queries/configure_session.ts';
import { type Sampled, sampleIndexes } from '../../../queries/sample_indexes.ts';
import { borrowSamples, type IndexBasis } from '../../../run/index.ts';
import { inspectingSettings, type PartitionedIndex } from '../../catalog/index.ts';
import type { Session } from '../../session.ts';
import type { IndexFinding } from '../facts.ts';
import { ifTheServerLets } from './if-the-server-lets.ts';
import { indexBasis } from './index-basis.ts';
import { sampleWishes, type Wished } from './sample-wishes.ts';
import { toBuild, wishedIndexes } from './wished-indexes.ts';

/** What estimates are made of, as far as it could be had. */
export interface EstimateFacts {
  /** Of an index on a partitioned table, one for each partition that gets one. */
  indexes: IndexBasis[];
  /** What making an index of nothing takes on this server, ms; null when nothing could be tried. */
  emptyMs: number | null;
  /** Why nothing could be tried on a sample, as a sentence; null when it was. */
  noSample: string | null;
}

/** No table is sampled once this is over, ms. */
const BUDGET_MS = 900;
/** And then, after so many times that, whatever the server is at is ended. */
const MOST_TIMES = 2.5;

/** How far a look may go. */
export interface EstimateScope {
  /** What indexes on partitioned tables are made of. */
  partitioned?: readonly PartitionedIndex[];
  /** Why nothing is tried on samples, as a sentence; null: scratch tables may be made here. */
  notTried: string | null;
  memory?: EstimateMemory | undefined;
  /** For tests, which must not depend on how busy the machine is. */
  budgetMs?: number | undefined;
}

/** What a look before has gathered: it is not tried again before the go. */
export interface EstimateMemory {
  facts: EstimateFacts | null;
}

const keyOf = ({ step, part }: Pick<IndexBasis, 'step' | 'part'>): string => `${step} ${part}`;

/**
 * Reads statistics and tries the indexes on a sample of their tables: a number of statements that depends on nothing. Nothing
 * at all is read while `memory` knows every index that is to be built. Fails only when the session does.
 */
export async function gatherEstimates(
  session: Session,
  indexes: readonly IndexFinding[],
  { partitioned = [], notTried, memory = { facts: null }, budgetMs = BUDGET_MS }: EstimateScope,
): Promise<EstimateFacts> {
  const wanted = toBuild(indexes, partitioned);
  const keys = new Set(wanted.map(({ step, isPart, table }) => keyOf({ step, part: isPart ? table.oid : null })));
  const known = new Set(memory.facts?.indexes.map(keyOf));
  if (memory.facts !== null && [...keys].every((key) => known.has(key)))
    return { ...memory.facts, indexes: memory.facts.indexes.filter((basis) => keys.has(keyOf(basis))) };
  const wished = await wishedIndexes(session, wanted);
  const { sampled, why } =
    notTried === null ? await sample(session, wished, budgetMs) : { sampled: null, why: notTried };
  memory.facts = {
    indexes: borrowSamples(wished.map((each, nth) => indexBasis(each, nth, sampled))),
    emptyMs: sampled?.emptyMs ?? null,
    noSample: why,
  };
  return memory.facts;
}

async function sample(
  session: Session,
  wished: readonly Wished[],
  budgetMs: number,
): Promise<{ sampled: Sampled | null; why: string | null }> {
  try {
    const { answer, why } = await ifTheServerLets(session, async () => {
      await configureSession(session, { statement_timeout: `${Math.round(budgetMs * MOST_TIMES)}ms` });
      return sampleIndexes(session, sampleWishes(wished), budgetMs);
    });
    return { sampled: answer, why: answer === null ? (why ?? 'the server gave no answer') : null };
  } finally {
    if (!session.lost)
      await configureSession(session, { statement_timeout: inspectingSettings.statement_timeout ?? '10s' });
  }
}
