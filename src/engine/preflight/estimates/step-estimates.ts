import {
  type EstimateTotals,
  estimateIndexes,
  estimateTotals,
  runnableSteps,
  type ServerBasis,
  type StepEstimate,
  turnOf,
  withStaged,
} from '../../../run/index.ts';
import { builderSettings, inBytes } from '../builder-settings.ts';
import type { Facts } from '../facts.ts';

const MB = 1024 * 1024;

type Needed = Pick<Facts, 'basis' | 'settings' | 'options' | 'plan' | 'indexes'>;

/** The server's own words for a size: 512MB, 64 kB, or kB without a unit. */
const sizeOf = (value: string | undefined): number | null => {
  const match = /^\s*(\d+)\s*(B|kB|MB|GB)?\s*$/.exec(value ?? '');
  return match === null ? null : inBytes({ name: '', context: '', value: match[1] ?? null, unit: match[2] ?? 'kB' });
};

/** The server as the builders will find it. */
const serverBasis = (facts: Needed): ServerBasis => {
  const { settings, basis, indexes } = facts;
  const chosen = new Map(builderSettings(facts).map(({ name, value }) => [name, value]));
  const blockSize = indexes[0]?.row.block_size ?? 8192;
  return {
    blockSize,
    memory: sizeOf(chosen.get('maintenance_work_mem')) ?? 64 * MB,
    workers: Number(chosen.get('max_parallel_maintenance_workers') ?? 0) || 0,
    parallelPages: (inBytes(settings.get('min_parallel_table_scan_size')) ?? 8 * MB) / blockSize,
    walCompressed: !['off', null, undefined].includes(settings.get('wal_compression')?.value),
    emptyMs: basis?.emptyMs ?? null,
  };
};

/** What an index on a partitioned table is made of is not estimated: it is among the unknown, and not left out of the count. */
const partitioned = (indexes: Facts['indexes']): StepEstimate[] =>
  indexes
    .filter(({ row, found }) => row.table_kind === 'p' && found.kind === 'none')
    .map(({ step }) => ({
      ...{ step, by: 'statistics', bytes: null, walBytes: null, tempBytes: null, ms: null },
      why: 'its table is partitioned, and partitions are not estimated',
    }));

/** What each index that is to be built is expected to come to, with the run of --matches beside it. Pure. */
export const stepEstimates = (facts: Needed): StepEstimate[] => {
  const { basis, options, indexes } = facts;
  if (basis === null) return [];
  const estimates = [...estimateIndexes(basis.indexes, serverBasis(facts), basis.noSample), ...partitioned(indexes)];
  const byStep = new Map(indexes.map((index) => [index.step, index]));
  return withStaged(
    estimates,
    (step) => ({ table: byStep.get(step)?.table ?? null, name: byStep.get(step)?.create.name ?? '' }),
    options.matches?.builds ?? [],
  );
};

/** All of them together. */
export const totalsOf = (facts: Needed, estimates: readonly StepEstimate[]): EstimateTotals => {
  const steps = runnableSteps(facts.plan);
  const tables = new Map(facts.indexes.map(({ step, row }) => [step, row.table_oid]));
  return estimateTotals(
    estimates,
    (step) => ({
      section: turnOf(facts.plan.sections, steps[step]?.section ?? 0),
      table: tables.get(step) ?? `step ${step}`,
    }),
    facts.options.jobs,
  );
};
