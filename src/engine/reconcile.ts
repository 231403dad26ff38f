import type { CreateIndexStep } from '../plan/types.ts';
import { type BuildOutcome, type ErrorFacts, ownError, type RunState, type StepState } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { type BuilderContext, identify, leftoverOf, lookUntilKnown, placeOf } from './builder.ts';
import { backendGone } from './canceller.ts';
import { type IndexAt, inspectIndex } from './catalog/index.ts';

/**
 * Whether what stands there is this build's. The OID is the proof where the server has told it. Without one it is the
 * recorded intent: the name was free when this run looked, right before it recorded that it would build it, and nobody but
 * this run's backend worked on it. An index that is valid must be the planned one besides.
 */
const isMine = async (
  context: BuilderContext,
  step: StepState,
  create: CreateIndexStep,
  found: IndexAt,
  oid: number | null,
): Promise<boolean> => {
  if (oid !== null) return oid === found.oid;
  if (context.unsent.has(step.id)) return false;
  if (context.heard.has(step.id)) return true;
  if (!found.valid) return found.building === null && !found.constraint;
  const there = await askUntilAnswered(context.inspect, (session) => inspectIndex(session, step.id, create));
  return there.found.kind === 'equal' && there.found.oid === found.oid;
};

/**
 * What became of a build whose connection, or whose engine, was lost: waits for its backend, which builds on without us, to
 * end, and then reads the catalog. `impatient` says whether the backend is to be ended instead; `oidOf` gives the index's
 * OID as far as it is known by then.
 */
export const reconcile = async (
  context: BuilderContext,
  state: RunState,
  step: StepState,
  create: CreateIndexStep,
  impatient: () => boolean,
  oidOf: () => number | null,
): Promise<BuildOutcome> => {
  const place = placeOf(state, step);
  const error: ErrorFacts = step.error ?? ownError('the connection was lost while it was built');
  if (place === null) return { kind: 'failed', error, leftover: null };
  const where = { ...place, name: create.name };
  if (step.backend !== null) {
    const ended = new AbortController();
    const identifying = oidOf() === null ? identify(context, step.id, step.backend.pid, ended.signal) : null;
    await backendGone(context.control, step.backend, impatient);
    ended.abort();
    await identifying;
  }
  const found = await lookUntilKnown(context, where);
  const oid = oidOf();
  const mine = found !== null && (await isMine(context, step, create, found, oid));
  if (found?.valid && mine) {
    const durationMs = step.startedAt === null ? 0 : Date.now() - Date.parse(step.startedAt);
    return { kind: 'built', oid: found.oid, bytes: found.bytes, durationMs, unwatched: true };
  }
  return { kind: 'failed', error, leftover: leftoverOf(found, where, error, oid, mine) };
};
