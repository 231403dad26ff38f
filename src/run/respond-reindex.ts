import { ownError, retryDelayMs } from './errors.ts';
import type { EventBody, Found } from './events.ts';
import type { DropOutcome } from './inputs.ts';
import { isFresh, type Reindexing, reindexCompleted, reindexedBy } from './reindex.ts';
import { at, failed, nextTry, policy } from './respond-failed.ts';
import { DROP_ATTEMPTS } from './respond-rollback.ts';
import type { RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

/** What was found under the name of an index that is to be rebuilt, right before. */
export const reindexLookedAt = (state: RunState, step: Reindexing, found: Found, now: number): EventBody[] => {
  const seen: EventBody = { type: 'index.inspected', step: step.id, found };
  const name = stepName(step.step);
  const no = (message: string, advice: string, retryAt: string | null = null): EventBody[] => [
    seen,
    ...failed(state, step, ownError(message), null, retryAt, advice),
  ];
  const skipped = (reason: 'absent' | 'fresh', oid: number | null): EventBody[] => [
    seen,
    { type: 'index.skipped', step: step.id, name, reason, oid, by: null },
  ];
  switch (found.kind) {
    case 'none':
      // Of a table whatever is there is rebuilt.
      if (step.parent !== null) return skipped('absent', null);
      return no(`there is no ${step.step.of} ${step.step.name}`, 'Correct the name or its schema, or leave it out.');
    case 'other-relation':
      return no(`${step.step.name} is ${found.what}`, 'Correct the name, or leave it out.');
    case 'reindex-parts':
      if (found.problem !== null) break;
      return [seen, reindexCompleted(state, step, name)];
    case 'to-reindex':
      if (isFresh(state, found.oid)) return skipped('fresh', found.oid);
      if (found.problem !== null || found.index === null) break;
      return [seen];
    default:
      return no('what stands there could not be read', 'Try it again.');
  }
  const problem = found.problem ?? { why: 'its definition could not be read', passing: true };
  const advice = 'Deal with that, then try it again, or leave it out.';
  return no(problem.why, advice, problem.passing ? nextTry(state, step, now) : null);
};

/** Whether this drop is of what a rebuild has replaced: its step is done whatever becomes of it. */
export const isReplaced = ({ leftover }: Pick<StepState, 'leftover'>): boolean => leftover?.why === 'replaced';

/** Dropping what the server left of an index that is rebuilt came to its end. */
export const replacedDropEnded = (state: RunState, step: StepState, outcome: DropOutcome, now: number): EventBody[] => {
  if (step.leftover === null) return [];
  const { oid, schema, name } = step.leftover;
  const about = { step: step.id, oid, name, why: 'replaced' as const };
  if (outcome.kind === 'done') return [{ type: 'index.dropped', ...about, schema, durationMs: outcome.durationMs }];
  if (outcome.kind === 'kept' && outcome.gone) return [{ type: 'index.dropped', ...about, schema, durationMs: 0 }];
  const error = outcome.kind === 'kept' ? ownError(outcome.why) : outcome.error;
  if (outcome.kind === 'failed' && outcome.settled)
    return [{ type: 'drop.failed', ...about, error, retryAt: null, settled: true }];
  const failures = step.dropFailures + 1;
  const retryAt = failures >= DROP_ATTEMPTS ? null : at(now + retryDelayMs(failures));
  const event: EventBody = { type: 'drop.failed', ...about, error, retryAt };
  return retryAt === null
    ? [event, ...policy(state, step, `what it replaced could not be dropped: ${error.message}`)]
    : [event];
};

type Half = { oid: number; schema: string; name: string };

/** What was rebuilt has its old OID by the catalog's word: the server lost what it had done. `half`: by its OID the new index. */
export const reindexTakenBack = (
  state: RunState,
  step: StepState,
  oid: number | null,
  half: Half | undefined,
): EventBody[] => {
  const done = reindexedBy(state, step.id);
  if (step.status !== 'done' || done === undefined || oid !== done.was) return [];
  return [
    {
      type: 'step.lost',
      step: step.id,
      name: stepName(step.step),
      oid: step.oid,
      leftover: half === undefined ? null : { ...half, ours: true },
      why: 'it was rebuilt, and is as it was before',
    },
  ];
};

/** The same, of what preflight found when the run was taken up, or on a server that took over. */
export const reindexLost = (state: RunState, step: StepState, found: Found | null): EventBody[] => {
  const done = reindexedBy(state, step.id);
  if (found?.kind !== 'to-reindex' || done === undefined) return [];
  const half = found.index?.others.find(({ oid }) => oid === done.oid);
  return reindexTakenBack(state, step, found.oid, half && { ...half, schema: done.schema });
};
