import type { Finding } from '../../../plan/types.ts';
import type { TableIndex } from '../../../queries/table_indexes.ts';
import { bytes, bytesRange, type StepEstimate } from '../../../run/index.ts';
import { stepEstimates } from '../estimates/step-estimates.ts';
import type { Rule } from '../facts.ts';
import { finding } from '../finding.ts';
import { type Planned, plannedOf, type Redundancy, redundancies, type Standing } from '../redundancy.ts';

/** Indexes that answer no query that another one does not answer, with what they cost as far as that is known. */
export const redundantIndexes: Rule = (facts) => {
  const estimates = stepEstimates(facts);
  const unread = facts.neighbours === null || facts.partitionNeighbours === null;
  return [
    ...(unread && plannedOf(facts).length > 0 ? [UNREAD] : []),
    ...redundancies(facts).map((redundancy) => worded(redundancy, estimates)),
  ];
};

const UNREAD = finding('note', 'neighbours-unread', {
  what: 'Whether planned indexes would be duplicates of others on their tables could not be found out.',
  why: 'Somebody holds a lock on one of the tables that keeps its indexes from being described.',
  advice: 'Look again when the lock is gone.',
});

function worded(redundancy: Redundancy, estimates: readonly StepEstimate[]): Finding {
  const { planned } = redundancy;
  const adds = added(planned, estimates);
  const { create } = planned.index;
  switch (redundancy.kind) {
    case 'duplicate':
      return duplicate(planned, redundancy.other);
    case 'prefix-of-existing': {
      const { there } = redundancy.other;
      const what = `${create.name} is a leading part of ${there.name}, which is there already${standingAs(redundancy.other)}.`;
      const why = `The longer one answers the same queries. ${costOf(there)}; ${adds}. ${writesTo(planned, there)}`;
      const advice = 'Take it out of the plan, unless its size matters.';
      return finding('note', 'prefix-of-existing', { what, why, advice }, create);
    }
    case 'planned-twice': {
      const { create: other } = redundancy.other.index;
      const guards = other.unique && !create.unique ? ', which is UNIQUE' : '';
      const what = `${create.name} is the same index as ${other.name}, line ${other.line}${guards}.`;
      const why = `Both would be built, and no query would gain; ${adds}. ${writesTo(planned, redundancy.there)}`;
      return finding('warning', 'same-index-twice', { what, why, advice: 'Take one of them out.' }, create);
    }
    case 'prefix-of-planned': {
      const { create: other } = redundancy.other.index;
      const what = `${create.name} is a leading part of ${other.name}, line ${other.line}.`;
      const why = `The longer one answers the same queries; ${adds}. ${writesTo(planned, redundancy.there)}`;
      const advice = 'Take the shorter one out, unless its size matters.';
      return finding('note', 'prefix-of-another', { what, why, advice }, create);
    }
    case 'makes-needless': {
      const { there } = redundancy.other;
      const what = `${there.name}, which is there already, will be redundant once ${create.name} is there: it answers the same queries.`;
      const why = `${costOf(there)}. ${writesTo(planned, there)}`;
      const advice = `It is not dropped here. When ${create.name} has proven itself, also on the replicas, drop it in a deployment of its own.`;
      return finding('note', 'makes-redundant', { what, why, advice, subject: there.name }, create);
    }
  }
}

function duplicate(planned: Planned, other: Standing): Finding {
  const { create } = planned.index;
  const { there, shape } = other;
  const apart = shape.storage === planned.shape.storage ? '' : ' They differ in their storage parameters alone.';
  const said = {
    what: `${create.name} would be a duplicate of ${there.name}, which is there already${standingAs(other)}.${apart}`,
    why: `${costOf(there)}: about as much would be added, and no query would gain. ${writesTo(planned, there)}`,
    advice: 'Take it out of the plan. If its name matters, rename the one that is there.',
  };
  const compare = { planned: planned.definition, found: there.definition, differences: [] };
  return { ...finding('warning', 'duplicate-index', said, create), compare };
}

/** What a planned index would take, by the estimate where there is one. */
const added = ({ index: { step, create } }: Planned, estimates: readonly StepEstimate[]): string => {
  const size = estimates.find((each) => each.step === step)?.bytes ?? null;
  return size === null
    ? `how large ${create.name} would be is not known`
    : `${create.name} would add ${bytesRange(size)} (estimated)`;
};

/** What it guards beside answering queries. */
const standingAs = ({ there, shape }: Standing): string => {
  if (there.constraint_name !== null) return ` and backs the constraint ${there.constraint_name}`;
  return shape.unique ? ' and is UNIQUE' : '';
};

const counted = ({ since }: TableIndex): string => (since === null ? 'since the statistics began' : `since ${since}`);

const costOf = (there: TableIndex): string => {
  const takes = `${there.name} takes ${bytes(there.bytes)}`;
  if (there.scans === null) return `${takes}, and how often it is scanned is not known`;
  if (there.scans === 0) return `${takes} and was never scanned on this server ${counted(there)}`;
  const times = there.scans === 1 ? 'once' : `${there.scans.toLocaleString('en')} times`;
  const last = there.last_scan === null ? '' : `, last at ${there.last_scan}`;
  return `${takes} and was scanned ${times} on this server ${counted(there)}${last}`;
};

/** Each insert, and each update that is not HOT, writes to every index of the table; to a partial one only some. */
function writesTo({ index: { row }, shape }: Planned, there: TableIndex | null): string {
  const cost = 'Every insert, and every update that is not HOT, pays for one index more';
  const table = `${row.table_schema}.${row.table_name}`;
  if (there === null || there.writes === null) return `${cost}; how many there are on ${table} is not known.`;
  const most = shape.predicate === '' ? '' : 'at most ';
  return `${cost}: ${most}${there.writes.toLocaleString('en')} on ${table} ${counted(there)}.`;
}
