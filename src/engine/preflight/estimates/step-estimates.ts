import {
  type EstimateTotals,
  estimateIndexes,
  estimateTotals,
  runnableSteps,
  type StepEstimate,
  type TableFacts,
  turnOf,
  withStaged,
} from '../../../run/index.ts';
import { tablesOfTree } from '../../catalog/index.ts';
import type { Facts } from '../facts.ts';
import { serverBasis } from './server-basis.ts';

type Needed = Pick<Facts, 'basis' | 'settings' | 'options' | 'plan' | 'indexes' | 'partitioned'>;

/** Of what nobody could look at nothing is known: it is among the unknown, and not left out of the count. */
const unread = (partitioned: Facts['partitioned']): StepEstimate[] =>
  partitioned.flatMap(({ step, unread: why }) =>
    why === null
      ? []
      : [
          {
            ...{ step, by: 'statistics', bytes: null, walBytes: null, tempBytes: null, ms: null },
            why: `its partitions could not be looked at: ${why}`,
          },
        ],
  );

/** What each index that is to be built is expected to come to, with the run of --matches beside it. Pure. */
export const stepEstimates = (facts: Needed): StepEstimate[] => {
  const { basis, partitioned } = facts;
  if (basis === null) return [];
  const estimates = [...estimateIndexes(basis.indexes, serverBasis(facts), basis.noSample), ...unread(partitioned)];
  return staged(
    estimates.toSorted((a, b) => a.step - b.step),
    facts,
  );
};

/** The table of a step's index, as large as what the index is to be built on: of a partitioned one, those partitions. */
const tableOf = (step: number, { indexes, partitioned }: Needed): TableFacts | null => {
  const table = indexes.find((index) => index.step === step)?.table ?? null;
  const whole = partitioned.find((index) => index.step === step);
  if (table === null || whole === undefined) return table;
  const built = new Set(
    whole.parts.flatMap(({ step: part, tableOid }) => (part.kind === 'create-index' ? [tableOid] : [])),
  );
  const leaves = tablesOfTree(whole.tree.filter(({ oid, kind }) => kind !== 'p' && built.has(oid)));
  const known = leaves.flatMap(({ bytes }) => bytes ?? []);
  return { ...table, bytes: known.length < leaves.length ? null : known.reduce((all, bytes) => all + bytes, 0) };
};

const staged = (estimates: readonly StepEstimate[], facts: Needed): StepEstimate[] => {
  const builds = facts.options.matches?.builds ?? [];
  if (builds.length === 0) return [...estimates];
  const names = new Map(facts.indexes.map(({ step, create }) => [step, create.name]));
  return withStaged(estimates, (step) => ({ table: tableOf(step, facts), name: names.get(step) ?? '' }), builds);
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
