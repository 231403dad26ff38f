import type { CreateIndexStep } from '../plan/types.ts';
import {
  type BuildOutcome,
  claimOfLost,
  type ErrorFacts,
  type IndexAt,
  outcomeOfLost,
  ownError,
  type RunState,
  type StepState,
  type Traces,
} from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { type BuilderContext, identify, lookUntilKnown, placeOf, tracesOf } from './builder.ts';
import { backendGone } from './canceller.ts';
import { inspectIndex } from './catalog/index.ts';

/** Whether what stands there is this build's; asks for its definition only where the claim rests on it. */
const isOurs = async (
  context: BuilderContext,
  step: StepState,
  create: CreateIndexStep,
  found: IndexAt,
  traces: Traces,
): Promise<boolean> => {
  const claim = claimOfLost(found, traces);
  if (claim !== 'if-planned') return claim === 'ours';
  const there = await askUntilAnswered(context.inspect, (session) => inspectIndex(session, step.id, create));
  const asPlanned = there.found.kind === 'equal' || (there.found.kind === 'incomplete' && create.only);
  return asPlanned && 'oid' in there.found && there.found.oid === found.oid;
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
  const found = await lookUntilKnown(context, create, where);
  const traces = tracesOf(context, step.id, oidOf());
  const ours = found !== null && (await isOurs(context, step, create, found, traces));
  const durationMs = step.startedAt === null ? 0 : Date.now() - Date.parse(step.startedAt);
  return outcomeOfLost(found, where, error, ours, traces, durationMs);
};
