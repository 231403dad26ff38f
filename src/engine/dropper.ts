import { quoteQualified } from '../plan/ident.ts';
import { configureSession } from '../queries/configure_session.ts';
import { rollbackFacts } from '../queries/rollback_facts.ts';
import type { DropCause, DropOutcome, RunState, StepState } from '../run/index.ts';
import { beforeDrop, ownError } from '../run/index.ts';
import { placeOf, prepare } from './builder.ts';
import { findLeftover, indexFacts, reasonToKeep } from './catalog/index.ts';
import type { KeptSession } from './kept-session.ts';
import { type Session, toErrorFacts } from './session.ts';
import { buildingSettings, settingsFor } from './settings.ts';

/** What is to be dropped, as the run's own events name it. */
export interface Droppable {
  oid: number;
  schema: string;
  name: string;
  why: DropCause;
}

/** What the last look says: drop it, or it is gone already, or leave it alone. */
type Look = 'drop' | 'gone' | Exclude<DropOutcome, { kind: 'done' }>;

const failed = (message: string): Look => ({ kind: 'failed', error: ownError(message) });

/** An index that a failed build left, or that the operator agreed to: it must be invalid, and nobody at work on it. */
const lookAtLeftover = async (
  session: Session,
  state: RunState,
  step: StepState,
  { oid, name }: Droppable,
): Promise<Look> => {
  const place = placeOf(state, step);
  if (place === null) return failed('its table is not known');
  const found = await findLeftover(session, { ...place, name });
  const elsewhere = found?.oid !== oid && (await indexFacts(session, oid)) !== null;
  const verdict = beforeDrop(found, oid, elsewhere);
  if (verdict.kind === 'settled') return { kind: 'failed', error: ownError(verdict.why), settled: true };
  return verdict.kind === 'refused' ? failed(verdict.why) : verdict.kind;
};

/** An index that this run created, or that its plan drops, valid or half dropped: it must be the very one, and nothing may depend on it. */
const lookAtOwn = async (session: Session, index: Droppable): Promise<Look> => {
  const row = (await rollbackFacts(session, [index])).get(index.oid);
  if (row === undefined) return failed('the catalog did not say what stands there: not touched');
  const keep = reasonToKeep(row, index);
  if (keep !== null) return { kind: 'kept', ...keep };
  if (!row.there) return 'gone';
  return row.busy === null ? 'drop' : failed(`pid ${row.busy} is at work on it: not touched`);
};

/** An index that the plan drops: the same, or what is left of it after a drop that was stopped in the middle. */
const lookAtWhole = (session: Session, state: RunState, step: StepState, index: Droppable): Promise<Look> =>
  index.why === 'rollback' || index.why === 'planned'
    ? lookAtOwn(session, index)
    : lookAtLeftover(session, state, step, index);

/** The settings of the step that the index was built by, or for what this run built none but ours. */
const setUp = async (session: Session, state: RunState, step: StepState, why: DropCause): Promise<void> => {
  if (why !== 'rollback') return prepare(session, state, step.step);
  await session.execute('RESET ALL', { timeoutMs: 10_000 });
  await configureSession(session, settingsFor(session.serverVersionNum, buildingSettings));
};

/**
 * Drops one index concurrently: only if what stands there, right before, is that very one by OID and name, and nothing
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
    if (look === 'drop') await session.execute(`DROP INDEX CONCURRENTLY ${quoteQualified(index.schema, index.name)}`);
    return { kind: 'done', durationMs: performance.now() - began };
  } catch (error) {
    return { kind: 'failed', error: toErrorFacts(error) };
  }
};
