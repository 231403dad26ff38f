import { backendAlive } from '../queries/backend_alive.ts';
import { indexStates } from '../queries/index_facts.ts';
import { rollbackFacts, statsReset } from '../queries/rollback_facts.ts';
import {
  type BuildOutcome,
  type Input,
  namesOf,
  type RunState,
  rebuildOf,
  type StepState,
  type SurveyedIndex,
  stepName,
  type UnfinishedWork,
} from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { type BuilderContext, placeOf } from './builder.ts';
import { reasonToKeep, sizesOf } from './catalog/index.ts';
import { reconcile } from './reconcile.ts';
import { reconcileReindex } from './reindexer.ts';
import type { Session } from './session.ts';

const WITHIN = { timeoutMs: 3_000 };

type Made = { step: number; oid: number; schema: string; name: string };
type Ended = { step: number; outcome: BuildOutcome };

const isBackendThere = async (context: BuilderContext, step: StepState): Promise<boolean> => {
  const { backend } = step;
  if (backend === null) return false;
  return (await askUntilAnswered(context.control, (session) => backendAlive(session, backend, WITHIN))) !== null;
};

/** What became of a build whose engine was lost and whose backend is gone, from the catalog alone. */
const endOf = async (context: BuilderContext, state: RunState, step: StepState): Promise<Ended[]> => {
  const waits = () => false;
  const oid = () => step.oid;
  if (step.step.kind === 'reindex')
    return [{ step: step.id, outcome: await reconcileReindex(context, step, waits, oid) }];
  const create = step.step.kind === 'create-index' ? step.step : rebuildOf(state, step);
  if (create === null) return [];
  return [{ step: step.id, outcome: await reconcile(context, state, step, create, waits, oid) }];
};

/** These indexes as they are now, and what speaks against touching each. */
export const lookAt = async (session: Session, state: RunState, made: readonly Made[]): Promise<SurveyedIndex[]> => {
  const facts = await rollbackFacts(session, made);
  const states = await indexStates(
    session,
    made.map(({ oid }) => oid),
  );
  const sizes = await sizesOf(session, [...states.values()]);
  const oids = new Set(made.map(({ oid }) => oid));
  // The outer ones first: what is attached to one that stays, stays with it.
  const staying = new Map<number, string>();
  const chosen = new Set(oids);
  for (let before = -1; before !== staying.size; ) {
    before = staying.size;
    for (const index of made) {
      const row = facts.get(index.oid);
      // The new index of a replacement has one of two names: a rename whose engine was lost may have been done or not.
      const name = namesOf(state, index).find((each) => each === row?.name) ?? index.name;
      const named = { ...index, name };
      const why = row === undefined ? null : (reasonToKeep(row, named, { made: oids, chosen })?.why ?? null);
      if (why === null || staying.has(index.oid)) continue;
      staying.set(index.oid, why);
      chosen.delete(index.oid);
    }
  }
  return made.map((index) => {
    const row = facts.get(index.oid);
    const standing = !row?.there ? 'gone' : row.valid ? 'valid' : 'invalid';
    const { scans = null, last_scan: lastScan = null } = row ?? {};
    return {
      ...index,
      standing,
      kept: staying.get(index.oid) ?? null,
      bytes: sizes.get(index.oid)?.bytes ?? null,
      scans,
      lastScan,
      ...(row?.attached_to == null ? {} : { attachedTo: row.attached_to }),
      ...(row?.kind === 'I' ? { takes: row.attached.length } : {}),
    };
  });
};

/** What the plan dropped, and whether it can be built again under its name. */
const lookAtRemoved = async (session: Session, state: RunState, ended: readonly Ended[]): Promise<SurveyedIndex[]> => {
  const facts = await rollbackFacts(session, state.removed);
  const ours = new Set(state.created.map(({ oid }) => oid));
  const there = ended.flatMap(({ step, outcome }) => (outcome.kind === 'built' ? [step] : []));
  const away = state.removed.filter(({ step }) => !there.includes(step));
  return away.map(({ step, oid, schema, name, record }): SurveyedIndex => {
    // A rollback before this one has begun to build it again: what has its name is that.
    const isBegun = state.steps[step]?.status === 'building' || state.steps[step]?.leftover !== null;
    const other = facts.get(oid)?.other_oid ?? null;
    const kept = !record.valid
      ? 'it was not valid when it was dropped: it is not built again'
      : other === null || ours.has(other) || isBegun
        ? null
        : `its name belongs to another relation by now (oid ${other}): it is not built again`;
    const { bytes, scans, lastScan } = record;
    return { step, oid, schema, name, standing: 'gone', bytes, scans, lastScan, kept, rebuild: record };
  });
};

/** What the run has made and not dropped, in the plan's order. */
export const madeBy = (state: RunState): Made[] =>
  state.created
    .map(({ step, oid, schema, name }) => ({ step, oid, schema: schema ?? '', name }))
    .sort((a, b) => a.step - b.step);

/**
 * What a rollback would drop, with all that speaks for or against it; and, where a run was taken up to be rolled back, what
 * became of the builds that its engine had left. Changes nothing.
 */
export const survey = async (context: BuilderContext, state: RunState): Promise<Input> => {
  const unfinished: UnfinishedWork[] = [];
  const ended: Ended[] = [];
  for (const step of state.steps) {
    const isDrop = step.leftover?.why === 'rollback' || step.leftover?.why === 'planned';
    const work = step.status === 'building' ? 'build' : isDrop ? 'drop' : null;
    if (work === null) continue;
    const there = await isBackendThere(context, step);
    const lost = step.lost && state.purpose === 'rollback';
    if (work === 'build' && lost && !there) ended.push(...(await endOf(context, state, step)));
    else
      unfinished.push({
        step: step.id,
        name: stepName(step.step),
        work,
        pid: there ? (step.backend?.pid ?? null) : null,
      });
  }
  const created = madeBy(state);
  const finished: Made[] = ended.flatMap(({ step: id, outcome }) => {
    const step = state.steps[id];
    if (outcome.kind !== 'built' || step?.step.kind !== 'create-index') return [];
    return [{ step: id, oid: outcome.oid, schema: placeOf(state, step)?.schema ?? '', name: stepName(step.step) }];
  });
  return askUntilAnswered(context.inspect, async (session) => ({
    kind: 'surveyed',
    ended,
    survey: {
      indexes: [
        ...(await lookAt(session, state, [...created, ...finished])),
        ...(await lookAtRemoved(session, state, ended)),
      ].sort((a, b) => a.step - b.step),
      unfinished,
      statsReset: await statsReset(session),
    },
  }));
};
