import { backendAlive } from '../queries/backend_alive.ts';
import { indexStates } from '../queries/index_facts.ts';
import { rollbackFacts, statsReset } from '../queries/rollback_facts.ts';
import {
  type BuildOutcome,
  type Input,
  type RunState,
  rebuildOf,
  type StepState,
  type SurveyedIndex,
  stepName,
  type UnfinishedWork,
} from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { type BuilderContext, placeOf } from './builder.ts';
import { sizesOf } from './catalog/index.ts';
import { reconcile } from './reconcile.ts';
import { reconcileReindex } from './reindexer.ts';
import type { Session } from './session.ts';
import { type Made, madeBy, surveyedMade, surveyedRemoved } from './surveyed.ts';

const WITHIN = { timeoutMs: 3_000 };

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
  return surveyedMade(state, made, facts, new Map([...sizes].map(([oid, { bytes }]) => [oid, bytes])));
};

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
  const there = ended.flatMap(({ step, outcome }) => (outcome.kind === 'built' ? [step] : []));
  return askUntilAnswered(context.inspect, async (session) => ({
    kind: 'surveyed',
    ended,
    survey: {
      indexes: [
        ...(await lookAt(session, state, [...created, ...finished])),
        ...surveyedRemoved(state, await rollbackFacts(session, state.removed), there),
      ].sort((a, b) => a.step - b.step),
      unfinished,
      statsReset: await statsReset(session),
    },
  }));
};
