import { adviceFor, DUPLICATE_TABLE, isPassing, ownError, QUERY_CANCELED, retryDelayMs } from './errors.ts';
import type { EventBody, Found, Leftover } from './events.ts';
import { newParts } from './evolve-parts.ts';
import type { Input } from './inputs.ts';
import { rebuildLookedAt, removedBy } from './rebuild.ts';
import { isReindexing } from './reindex.ts';
import { dropLookedAt, plannedDropEnded } from './respond-drop.ts';
import { at, failed, nextTry, policy } from './respond-failed.ts';
import { reindexLookedAt, replacedDropEnded } from './respond-reindex.ts';
import { renameBackLookedAt, renameLookedAt } from './respond-rename.ts';
import { DROP_ATTEMPTS, rollbackDropEnded } from './respond-rollback.ts';
import { openSections } from './schedule.ts';
import { gaveUp, takesShortLock } from './short-lock.ts';
import type { RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

type Of<K extends Input['kind']> = Extract<Input, { kind: K }>;

const refusal = (found: Found): { message: string; advice: string } | null => {
  switch (found.kind) {
    case 'different':
      return {
        message: `an index of this name is there with another definition: ${found.differences.join('; ')}`,
        advice: 'Rename the planned index, or drop the old one yourself if it is not needed.',
      };
    case 'incomplete':
      return {
        message: `the index is there (oid ${found.oid}), and not every partition has one that is attached to it`,
        advice: 'Try it again (T): what is missing is looked for again.',
      };
    case 'invalid':
      return {
        message: `an invalid index of this name is there (oid ${found.oid}), and this run did not make it`,
        advice: 'Agree to drop and rebuild it with --replace-invalid, or leave the planned one out.',
      };
    case 'other-relation':
      return { message: `the name belongs to a ${found.what}`, advice: 'Rename the planned index.' };
    case 'no-table':
      return { message: found.message, advice: 'Check the schema, the search path and the spelling.' };
    default:
      return null;
  }
};

/** What was found where an index belongs, right before it would be built. */
export const inspected = (state: RunState, input: Of<'inspected'>, now: number): EventBody[] => {
  const step = state.steps[input.step];
  if (step?.step.kind === 'rename-index' && state.rollback !== null)
    return renameBackLookedAt(state, step, input.found);
  if (step !== undefined && state.rollback !== null) return rebuildLookedAt(state, step, input.found);
  if (step?.status !== 'queued') return [];
  // One whose section has to wait meanwhile, for another that was opened again, is looked at anew when its turn comes.
  if (!openSections(state).includes(step.section)) return [];
  const { found } = input;
  const seen: EventBody = { type: 'index.inspected', step: step.id, found };
  if (state.abort !== null) return [seen];
  if (step.step.kind === 'drop-index') return dropLookedAt(state, step, step.step, found, now);
  if (step.step.kind === 'rename-index') return renameLookedAt(state, step, found);
  if (isReindexing(step)) return reindexLookedAt(state, step, found, now);
  if (found.kind === 'none') return [seen];
  if (found.kind === 'invalid' && state.agreed.includes(found.oid)) return [seen];
  // An index ON ONLY a partitioned table is as planned before anything is attached to it.
  const only = step.step.kind === 'create-index' && step.step.only;
  if (found.kind === 'equal' || (found.kind === 'incomplete' && only))
    return [
      seen,
      {
        type: 'index.skipped',
        step: step.id,
        name: stepName(step.step),
        reason: 'equal',
        oid: found.oid,
        by: null,
      },
    ];
  if (found.kind === 'building') {
    const who = `pid ${found.pid}${found.application ? ` (${found.application})` : ''}`;
    const error = ownError(`the index is being built right now by ${who}`);
    const advice = 'Wait until that build has ended, then try it again (T).';
    return [seen, ...failed(state, step, error, null, nextTry(state, step, now), advice)];
  }
  const why = refusal(found);
  return why === null ? [seen] : [seen, ...failed(state, step, ownError(why.message), null, null, why.advice)];
};

/** What the catalog says of the index of a partitioned table, when all that was known to belong to it is done. */
export const completed = (
  state: RunState,
  { step: id, found, parts, tables }: Of<'completed'>,
  now: number,
): EventBody[] => {
  const step = state.steps[id];
  if (step?.status !== 'queued' || state.rollback !== null || state.abort !== null) return [];
  if (found.kind === 'equal') return [{ type: 'index.completed', step: id, name: stepName(step.step), oid: found.oid }];
  const more = newParts(state.steps, id, parts);
  const about = new Set(more.map(({ tableOid }) => tableOid));
  if (more.length > 0)
    return [{ type: 'partitions.found', step: id, parts: more, tables: tables.filter(({ oid }) => about.has(oid)) }];
  if (found.kind === 'incomplete' || found.kind === 'none') {
    const error = ownError(
      found.kind === 'none'
        ? 'all its parts were made, and the index is not there'
        : `the index (oid ${found.oid}) is not valid, and no partition lacks one`,
    );
    return failed(
      state,
      step,
      error,
      null,
      nextTry(state, step, now),
      'Look at its partitions and their indexes by hand.',
    );
  }
  const why = refusal(found) ?? { message: 'it is not as planned', advice: '' };
  return failed(state, step, ownError(why.message), null, null, why.advice);
};

const cancelled = (state: RunState, step: StepState, leftover: Leftover | null, now: number): EventBody[] => {
  const { cancel } = step;
  if (cancel === null) return [];
  const again = cancel.cause === 'gate' || cancel.cause === 'orphan';
  const retryAt = again ? nextTry(state, step, now) : null;
  const event: EventBody = {
    type: 'build.cancelled',
    step: step.id,
    attempt: step.attempt,
    name: stepName(step.step),
    by: cancel.by,
    reason: cancel.reason,
    leftover,
    retryAt,
  };
  const forGood = retryAt === null && again;
  return forGood ? [event, ...policy(state, step, `cancelled by ${cancel.by} too often`)] : [event];
};

/** A build came to its end, or its connection did. */
export const buildEnded = (state: RunState, input: Of<'build-ended'>, now: number): EventBody[] => {
  const step = state.steps[input.step];
  if (step?.status !== 'building') return [];
  const { outcome } = input;
  const name = removedBy(state, step.id)?.name ?? step.replaces?.name ?? stepName(step.step);
  if (outcome.kind === 'built') {
    const { kind: _kind, ...built } = outcome;
    return [{ type: 'build.finished', step: step.id, attempt: step.attempt, name, ...built }];
  }
  if (outcome.kind === 'lost')
    return [{ type: 'build.lost', step: step.id, attempt: step.attempt, name, error: outcome.error }];
  const { error, leftover } = outcome;
  const identified: EventBody[] =
    leftover?.ours && step.oid === null && leftover.oid !== step.replaces?.oid
      ? [{ type: 'index.identified', step: step.id, oid: leftover.oid }]
      : [];
  const byUs = step.cancel !== null && (error.sqlstate === QUERY_CANCELED || isPassing(error));
  if (byUs) return [...identified, ...cancelled(state, step, leftover, now)];
  // Somebody made a relation of this name since it was looked at: look again.
  const passing = isPassing(error) || error.sqlstate === DUPLICATE_TABLE || gaveUp(step.step, error);
  // An index that stands in the way and is not proven ours must not be built over, nor dropped.
  const unproven = leftover?.besides ?? (leftover?.ours === false ? leftover : null);
  const retryAt = passing && unproven === null ? nextTry(state, step, now, error) : null;
  const advice = unproven
    ? `${step.replaces === null ? 'An invalid index of this name' : `The invalid index ${unproven.name}`} (oid ${unproven.oid}) is there that this run cannot prove to be its own. ${adviceFor(error)}`
    : adviceFor(error);
  return [...identified, ...failed(state, step, error, leftover, retryAt, advice)];
};

/** Dropping a leftover came to its end. */
export const dropEnded = (state: RunState, input: Of<'dropped'>, now: number): EventBody[] => {
  const step = state.steps[input.step];
  if (step?.status !== 'dropping' || step.leftover === null) return [];
  if (step.leftover.why === 'rollback') return rollbackDropEnded(state, step, input.outcome, now);
  if (step.leftover.why === 'replaced') return replacedDropEnded(state, step, input.outcome, now);
  if (step.leftover.why === 'planned') return plannedDropEnded(state, step, input.outcome, now);
  const { oid, schema, name } = step.leftover;
  if (input.outcome.kind === 'done') {
    const { kind: _kind, ...dropped } = input.outcome;
    return [{ type: 'index.dropped', step: step.id, oid, schema, name, ...dropped }];
  }
  // What others have attached to the index of a partitioned table would go with it: it stays, and is work for a person.
  if (input.outcome.kind === 'kept' && takesShortLock(step.step))
    return [{ type: 'index.kept', step: step.id, oid, schema, name, why: input.outcome.why, gone: input.outcome.gone }];
  const error = input.outcome.kind === 'kept' ? ownError(input.outcome.why) : input.outcome.error;
  if (input.outcome.kind === 'failed' && input.outcome.settled)
    return [{ type: 'drop.failed', step: step.id, oid, name, error, retryAt: null, settled: true }];
  const failures = step.dropFailures + 1;
  const retryAt = failures >= DROP_ATTEMPTS ? null : at(now + retryDelayMs(failures));
  const event: EventBody = { type: 'drop.failed', step: step.id, oid, name, error, retryAt };
  return retryAt === null
    ? [event, ...policy(state, step, `its leftover could not be dropped: ${error.message}`)]
    : [event];
};

/** ANALYZE, COMMENT or ATTACH PARTITION came to its end. */
export const statementEnded = (state: RunState, input: Of<'statement-ended'>, now: number): EventBody[] => {
  const step = state.steps[input.step];
  if (step?.status !== 'running') return [];
  if (input.outcome.kind === 'done')
    return [{ type: 'statement.finished', step: step.id, durationMs: input.outcome.durationMs }];
  const { error } = input.outcome;
  const retryAt =
    step.cancel?.cause === 'gate' || isPassing(error) || gaveUp(step.step, error)
      ? nextTry(state, step, now, error)
      : null;
  const event: EventBody = { type: 'statement.failed', step: step.id, error, retryAt };
  return retryAt === null ? [event, ...policy(state, step, error.message)] : [event];
};
