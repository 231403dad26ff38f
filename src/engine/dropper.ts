import { quoteQualified } from '../plan/ident.ts';
import { configureSession } from '../queries/configure_session.ts';
import { indexStates } from '../queries/index_facts.ts';
import { rollbackFacts } from '../queries/rollback_facts.ts';
import type { DropCause, DropOutcome, RunState, StepState } from '../run/index.ts';
import { attachedUnder, attachments, beforeDrop, ownError } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { placeOf, prepare } from './builder.ts';
import { findLeftover, indexFacts } from './catalog/index.ts';
import type { KeptSession } from './kept-session.ts';
import { type Look, lookAtOwn, notNow } from './look-at-own.ts';
import { type Session, toErrorFacts } from './session.ts';
import { buildingSettings, settingsFor } from './settings.ts';
import { executeBriefly } from './short-lock.ts';

/** What is to be dropped, as the run's own events name it. */
export interface Droppable {
  oid: number;
  schema: string;
  name: string;
  why: DropCause;
}

/** The index of a partitioned table: the server does not drop one concurrently. */
const isPartitioned = ({ step }: StepState): boolean => step.kind === 'create-index' && step.only && !step.concurrently;

const lookAtIt = async (session: Session, state: RunState, index: Droppable): Promise<Look> =>
  lookAtOwn((await rollbackFacts(session, [index])).get(index.oid), state, index);

/** An index that a failed build left, or that the operator agreed to: it must be invalid, and nobody at work on it. */
const lookAtLeftover = async (session: Session, state: RunState, step: StepState, index: Droppable): Promise<Look> => {
  const { oid, name } = index;
  const place = placeOf(state, step);
  if (place === null) return notNow('its table is not known');
  const found = await findLeftover(session, { ...place, name });
  const elsewhere = found?.oid !== oid && (await indexFacts(session, oid)) !== null;
  const verdict = beforeDrop(found, oid, elsewhere);
  // With the index of a partitioned table goes what is attached to it.
  if (verdict.kind === 'drop' && isPartitioned(step)) {
    return lookAtIt(session, state, index);
  }
  if (verdict.kind === 'settled') return { kind: 'failed', error: ownError(verdict.why), settled: true };
  return verdict.kind === 'refused' ? notNow(verdict.why) : verdict.kind;
};

/** An index that the plan drops: the same, or what is left of it after a drop that was stopped in the middle. */
const lookAtWhole = (session: Session, state: RunState, step: StepState, index: Droppable): Promise<Look> =>
  index.why === 'rollback' || index.why === 'planned'
    ? lookAtIt(session, state, index)
    : lookAtLeftover(session, state, step, index);

/** The settings of the step that the index was built by, or for what this run built none but ours. */
const setUp = async (session: Session, state: RunState, step: StepState, why: DropCause): Promise<void> => {
  if (why !== 'rollback') return prepare(session, state, step.step);
  await session.execute('RESET ALL', { timeoutMs: 10_000 });
  await configureSession(session, settingsFor(session.serverVersionNum, buildingSettings));
};

/** Which indexes of this run, attached to the one that is gone, are gone with it. */
export const goneWith = async (inspect: KeptSession, state: RunState, oid: number): Promise<{ with?: number[] }> => {
  const under = [...attachedUnder(attachments(state), oid)];
  if (under.length === 0) return {};
  const left = await askUntilAnswered(inspect, (session) => indexStates(session, under));
  const gone = under.filter((each) => !left.has(each));
  return gone.length === 0 ? {} : { with: gone };
};

/**
 * Drops one index, concurrently where the server can: only if what stands there, right before, is that very one by OID and name, and nothing
 * speaks against it. Fails with the server's word; what a failed drop has left has to be looked at.
 */
export const drop = async (
  inspect: KeptSession,
  session: Session,
  state: RunState,
  step: StepState,
  index: Droppable,
): Promise<DropOutcome> => {
  try {
    const began = performance.now();
    // First, so that nothing lies between the look and the drop.
    await setUp(session, state, step, index.why);
    const looking = await inspect.ready();
    const look = await lookAtWhole(looking, state, step, index);
    if (look !== 'drop' && look !== 'gone') return look;
    const name = quoteQualified(index.schema, index.name);
    if (look === 'drop' && isPartitioned(step)) await executeBriefly(session, `DROP INDEX ${name}`);
    else if (look === 'drop') await session.execute(`DROP INDEX CONCURRENTLY ${name}`);
    return { kind: 'done', durationMs: performance.now() - began, ...(await goneWith(inspect, state, index.oid)) };
  } catch (error) {
    return { kind: 'failed', error: toErrorFacts(error) };
  }
};
