import type { Droppable } from '../../../src/engine/dropper.ts';
import { madeBy, surveyedMade, surveyedRemoved } from '../../../src/engine/surveyed.ts';
import type { RollbackFactsRow } from '../../../src/queries/rollback_facts.ts';
import {
  attachedUnder,
  attachments,
  type BuildOutcome,
  type Input,
  type ListedIndex,
  type RunState,
  rebuildOf,
  type StepState,
  stepName,
  type UnfinishedWork,
} from '../../../src/run/index.ts';
import type { FakeIndex, FakeServer } from './fake-server.ts';

const byOid = (server: FakeServer, oid: number): FakeIndex | undefined =>
  [...server.indexes.values()].find((index) => index.oid === oid);

/** The text of an index's definition: the column stands for all that may differ. */
export const definitionOf = ({ name, table, unique, asPlanned }: FakeIndex): string =>
  `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name} ON public.${table} USING btree (${asPlanned ? 'a' : 'b'})`;

/** Whether a statement builds what the plan has for this name. */
export const isAsPlanned = (sql: string): boolean => !sql.endsWith('(b)');

/** As sql/catalog/rollback_facts.sql sees it. */
export const rowOf = (server: FakeServer, { oid, name }: Pick<Droppable, 'oid' | 'name'>): RollbackFactsRow => {
  const index = byOid(server, oid);
  const parent = index?.parent == null ? undefined : server.indexes.get(index.parent);
  const other = server.indexes.get(name);
  const attached = index === undefined ? [] : server.attachedTo(index.name);
  return {
    oid,
    there: index !== undefined,
    schema: index === undefined ? null : 'public',
    name: index?.name ?? null,
    valid: index?.valid ?? null,
    constraint_name: index?.constraint ? index.name : null,
    is_replica_identity: false,
    kind: index === undefined ? null : index.partitioned ? 'I' : 'i',
    attached_to: parent?.oid ?? null,
    attached: attached.map((each) => ({ oid: server.indexes.get(each)?.oid ?? 0, name: `public.${each}` })),
    other_oid: other === undefined || other.oid === oid ? null : other.oid,
    busy: index === undefined ? null : server.atWorkOn(oid),
    scans: 0,
    last_scan: null,
  };
};

const rowsOf = (server: FakeServer, indexes: readonly { oid: number; name: string }[]) =>
  new Map(indexes.map((index) => [index.oid, rowOf(server, index)]));

/** As src/engine/dropper.ts finds it: what of this run was attached to the index, and is gone with it. */
export const goneWith = (server: FakeServer, state: RunState, oid: number): { with?: number[] } => {
  const left = new Set([...server.indexes.values()].map((index) => index.oid));
  const gone = [...attachedUnder(attachments(state), oid)].filter((each) => !left.has(each));
  return gone.length === 0 ? {} : { with: gone };
};

/** What src/engine/survey.ts does; `endOf` finds out what became of a build whose engine and backend are gone. */
export const survey = (server: FakeServer, state: RunState, endOf: (step: StepState) => BuildOutcome): Input => {
  const unfinished: UnfinishedWork[] = [];
  const ended: { step: number; outcome: BuildOutcome }[] = [];
  for (const step of state.steps) {
    const isDrop = step.leftover?.why === 'rollback' || step.leftover?.why === 'planned';
    const work = step.status === 'building' ? 'build' : isDrop ? 'drop' : null;
    if (work === null) continue;
    const there = step.backend !== null && server.find(step.backend) !== null;
    const lost = step.lost && state.purpose === 'rollback';
    const isKnown = step.step.kind === 'create-index' || rebuildOf(state, step) !== null;
    if (work === 'build' && lost && !there) ended.push(...(isKnown ? [{ step: step.id, outcome: endOf(step) }] : []));
    else
      unfinished.push({
        step: step.id,
        name: stepName(step.step),
        work,
        pid: there ? (step.backend?.pid ?? null) : null,
      });
  }
  const finished = ended.flatMap(({ step: id, outcome }) => {
    const step = state.steps[id];
    if (outcome.kind !== 'built' || step?.step.kind !== 'create-index') return [];
    return [{ step: id, oid: outcome.oid, schema: 'public', name: step.step.name }];
  });
  const made = [...madeBy(state), ...finished];
  const there = ended.flatMap(({ step, outcome }) => (outcome.kind === 'built' ? [step] : []));
  const indexes = [
    ...surveyedMade(state, made, rowsOf(server, made), new Map()),
    ...surveyedRemoved(state, rowsOf(server, state.removed), there),
  ];
  return {
    kind: 'surveyed',
    ended,
    survey: { indexes: indexes.sort((a, b) => a.step - b.step), unfinished, statsReset: null },
  };
};

/** Every index, as sql/catalog/list_indexes.sql lists them. */
export const listed = (server: FakeServer): ListedIndex[] =>
  [...server.indexes.values()].map(({ oid, name, valid }) => ({ oid, schema: 'public', name, valid }));

/** What src/engine/check-rollback.ts reads. */
export const checkRollback = (server: FakeServer, state: RunState): Input => ({
  kind: 'rollback-checked',
  present: listed(server),
  still: (state.rollback?.dropped ?? []).flatMap(({ oid }) => (byOid(server, oid) === undefined ? [] : [oid])),
  rebuilt: state.rebuilt.map(({ oid, record }) => {
    const index = byOid(server, oid);
    const same = index !== undefined && definitionOf(index) === record.definition;
    const problem =
      index === undefined
        ? 'it was built again, and is gone'
        : !index.valid
          ? 'it was built again, and is not valid'
          : same
            ? null
            : 'it was built again otherwise than it was';
    return { oid, problem };
  }),
});
