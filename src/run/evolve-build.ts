import { attachments } from './attached.ts';
import type { EventType, Found, Leftover, RunEvent } from './events.ts';
import { withParts } from './evolve-parts.ts';
import { forgetAfter } from './evolve-probes.ts';
import { reindexedAfter, reindexFinished, replacedDropped } from './evolve-reindexed.ts';
import { plannedDropFailed, rebuiltAfter, removedAfter, toBuildAfter } from './evolve-removed.ts';
import { renamed, undone } from './evolve-rename.ts';
import { listed, rollbackDropFailed } from './evolve-rollback.ts';
import { partsOf } from './parts.ts';
import { isWait } from './sampling/phases.ts';
import type { RunState, StepState } from './state.ts';

const BUILD_EVENTS = [
  'index.inspected',
  'build.started',
  'index.identified',
  'build.phase_entered',
  'build.finished',
  'build.failed',
  'cancel.requested',
  'build.cancelled',
  'build.lost',
  'index.skipped',
  'index.completed',
  'reindex.completed',
  'partitions.found',
  'index.requeued',
  'step.lost',
  'drop.started',
  'index.dropped',
  'drop.failed',
  'statement.started',
  'statement.finished',
  'statement.failed',
] as const satisfies EventType[];

/** An event about one step of the run. */
export type BuildEvent = Extract<RunEvent, { type: (typeof BUILD_EVENTS)[number] }>;

export const isBuildEvent = (event: RunEvent): event is BuildEvent =>
  (BUILD_EVENTS as readonly string[]).includes(event.type);

/** An attempt has ended: nothing of it is in force any more. */
const ended = (at: string): Partial<StepState> => ({
  finishedAt: at,
  cancel: null,
  lost: false,
  phase: null,
  found: null,
});

/** A wait that ends, or goes on in another phase. */
const waited = ({ waitedMs, waitingSince }: StepState, at: string): Partial<StepState> =>
  waitingSince === null
    ? {}
    : { waitedMs: waitedMs + Math.max(0, Date.parse(at) - Date.parse(waitingSince)), waitingSince: null };

/** What stands in the place of an index is the doubtful one itself; what a rebuild left stands beside another. */
const doubtAfter = (step: StepState, leftover: Leftover | null): StepState['doubtful'] => {
  if (leftover?.besides !== undefined) return leftover.besides;
  if (leftover === null || (leftover.ours && step.replaces !== null)) return step.doubtful;
  return leftover.ours ? null : leftover;
};

const afterFailure = (
  step: StepState,
  event: Extract<BuildEvent, { type: 'build.failed' | 'build.cancelled' }>,
): Partial<StepState> => {
  // What an abort cut short has not failed: it is simply not built.
  const cutShort = step.cancel?.cause === 'abort' || step.cancel?.cause === 'rollback';
  const afterwards: 'queued' | 'failed' = event.retryAt !== null || cutShort ? 'queued' : 'failed';
  const leftover = event.leftover?.ours
    ? {
        oid: event.leftover.oid,
        schema: event.leftover.schema,
        name: event.leftover.name,
        why: 'failed-build' as const,
        afterwards,
      }
    : null;
  return {
    ...ended(event.at),
    status: leftover === null ? afterwards : 'dropping',
    oid: leftover?.oid ?? null,
    leftover,
    doubtful: doubtAfter(step, event.leftover),
    retryAt: event.retryAt,
    passingFailures: step.passingFailures + (event.retryAt === null ? 0 : 1),
  };
};

/** What a rebuild began stands beside the index, not in its place. */
const isBeside = (found: Found, oid: number | undefined): boolean =>
  found.kind === 'to-reindex' && found.index?.others.some((other) => other.oid === oid) === true;

/** The doubt about an index lasts as long as that very one stands there, however often it is looked at. */
const stillThere = ({ step, doubtful }: StepState, found: Found): StepState['doubtful'] => {
  // Where the index itself is gone nothing is said of what stands beside it.
  if (step.kind === 'reindex' && found.kind !== 'to-reindex') return doubtful;
  return 'oid' in found && (found.oid === doubtful?.oid || isBeside(found, doubtful?.oid)) ? doubtful : null;
};

const LEFTOVER_GONE: Partial<StepState> = {
  leftover: null,
  oid: null,
  cancel: null,
  lost: false,
  dropFailures: 0,
  dropRetryAt: null,
};

/** What becomes of the step once what is being dropped is gone. */
const afterwards = (step: StepState, event: Extract<BuildEvent, { type: 'drop.started' }>) => {
  if (event.why === 'planned' || event.why === 'replaced') return 'done' as const;
  if (event.why === 'rollback') return 'dropped' as const;
  return step.leftover?.oid === event.oid ? step.leftover.afterwards : ('queued' as const);
};

const SKIPPED: Partial<Record<string, string>> = {
  equal: 'there already, with the planned definition',
  absent: 'it is not there: nothing to drop',
  fresh: 'this run has built it: it is as new',
  unmade: 'the index that it is about was not made, or did not get its name',
};

const NOT_THERE: Partial<Record<string, Partial<Record<string, string>>>> = {
  reindex: { absent: 'it is not there any more: nothing to rebuild' },
};

/** A planned drop that is tried again goes on with what it has begun. */
const begun = (step: StepState, at: string): Partial<StepState> =>
  step.leftover === null ? { attempt: step.attempt + 1, startedAt: at, finishedAt: null, retryAt: null } : {};

/** What a failed build left goes first; what the plan drops is done with it. */
export const anew = ({ leftover }: StepState): StepState['leftover'] =>
  leftover === null || leftover.why === 'planned' || leftover.why === 'replaced'
    ? leftover
    : { ...leftover, afterwards: 'queued' };

const stepChange = (step: StepState, event: BuildEvent): Partial<StepState> => {
  switch (event.type) {
    case 'index.inspected':
      return { found: event.found, doubtful: stillThere(step, event.found) };
    case 'build.started':
      return {
        ...ended(event.at),
        status: 'building',
        attempt: event.attempt,
        backend: { pid: event.pid, backendStart: event.backendStart },
        startedAt: event.at,
        finishedAt: null,
        waitedMs: 0,
        waitingSince: null,
        oid: null,
        kept: false,
        completeAlone: false,
        retryAt: null,
        error: null,
        advice: null,
        note: null,
        replaces: event.replaces ?? null,
      };
    case 'index.identified':
      return { oid: event.oid };
    case 'build.phase_entered':
      return {
        phase: { name: event.phase, no: event.phaseNo, of: event.phases },
        ...waited(step, event.at),
        waitingSince: isWait(event.phase) ? event.at : null,
      };
    case 'build.finished':
      return {
        ...ended(event.at),
        ...waited(step, event.at),
        status: step.step.kind === 'drop-index' ? 'rebuilt' : 'done',
        oid: event.oid,
        bytes: event.bytes,
        unwatched: event.unwatched ?? false,
        ...reindexFinished(event),
      };
    case 'build.failed':
      return { ...afterFailure(step, event), error: event.error, advice: event.advice };
    case 'cancel.requested':
      return { cancel: { cause: event.cause, by: event.by, reason: event.reason } };
    case 'build.cancelled':
      return { ...afterFailure(step, event), error: null, note: `cancelled by ${event.by}: ${event.reason}` };
    case 'build.lost':
      return { lost: true };
    case 'index.skipped':
      return {
        status: event.reason === 'equal' || event.reason === 'absent' || event.reason === 'fresh' ? 'equal' : 'skipped',
        doubtful: event.reason === 'equal' ? null : step.doubtful,
        leftover: step.leftover?.why === 'agreed-leftover' ? null : step.leftover,
        found: null,
        retryAt: null,
        note: NOT_THERE[step.step.kind]?.[event.reason] ?? SKIPPED[event.reason] ?? `left out by ${event.by}`,
      };
    case 'partitions.found':
      return { found: null, retryAt: null, error: null };
    case 'index.completed':
      return { ...ended(event.at), status: 'done', oid: event.oid, retryAt: null, error: null, advice: null };
    case 'reindex.completed':
      return { ...ended(event.at), status: 'done', retryAt: null, error: null, advice: null };
    case 'index.requeued':
      return {
        // What a failed build left goes first.
        status: step.leftover === null ? 'queued' : 'dropping',
        leftover: anew(step),
        dropFailures: 0,
        dropRetryAt: null,
        found: null,
        retryAt: null,
        error: null,
        advice: null,
        note: null,
        passingFailures: 0,
      };
    case 'step.lost':
      return {
        ...ended(event.at),
        status: event.leftover === null ? 'queued' : 'dropping',
        oid: event.leftover?.oid ?? null,
        bytes: null,
        leftover: event.leftover === null ? null : { ...event.leftover, why: 'failed-build', afterwards: 'queued' },
        retryAt: null,
        note: event.why,
      };
    case 'drop.started':
      return {
        status: 'dropping',
        found: null,
        dropRetryAt: null,
        backend: { pid: event.pid, backendStart: event.backendStart },
        leftover: {
          oid: event.oid,
          schema: event.schema,
          name: event.name,
          why: event.why,
          afterwards: afterwards(step, event),
          ...(event.record === undefined ? {} : { record: event.record }),
        },
        ...(event.why === 'planned' ? { ...begun(step, event.at), error: null, advice: null, note: null } : {}),
      };
    case 'index.dropped':
      return (
        replacedDropped(step, event) ?? {
          ...LEFTOVER_GONE,
          status: step.leftover?.afterwards ?? 'queued',
          ...(event.why === 'planned' ? { finishedAt: event.at, error: null } : {}),
        }
      );
    case 'drop.failed':
      if (event.settled)
        return (
          replacedDropped(step, event) ?? { ...LEFTOVER_GONE, status: 'queued', found: null, error: null, advice: null }
        );
      if (step.leftover?.why === 'rollback') return rollbackDropFailed(step, event);
      if (step.leftover?.why === 'planned') return plannedDropFailed(step, event);
      // Given up: the leftover stays on record, for it is work to clean up.
      return {
        lost: false,
        status: event.retryAt === null ? 'failed' : 'dropping',
        dropRetryAt: event.retryAt,
        cancel: null,
        error: event.error,
        dropFailures: step.dropFailures + 1,
      };
    case 'statement.started':
      return {
        ...ended(event.at),
        status: 'running',
        attempt: step.attempt + 1,
        backend: { pid: event.pid, backendStart: event.backendStart },
        startedAt: event.at,
        finishedAt: null,
        retryAt: null,
        error: null,
      };
    case 'statement.finished':
      return { ...ended(event.at), status: 'done', retryAt: null };
    case 'statement.failed':
      return {
        ...ended(event.at),
        status: event.retryAt === null ? 'failed' : 'queued',
        retryAt: event.retryAt,
        passingFailures: step.passingFailures + (event.retryAt === null ? 0 : 1),
        error: event.error,
      };
  }
};

const isDroppedBy = (event: Extract<BuildEvent, { type: 'index.dropped' }>, oid: number | null): boolean =>
  oid !== null && (oid === event.oid || event.with?.includes(oid) === true);

/** What went with the index of a partitioned table, and what has to be attached again, if it is made again. */
const goneWith = (state: RunState, event: Extract<BuildEvent, { type: 'index.dropped' }>): StepState[] => {
  const back = event.why === 'rollback';
  const { parentOf } = attachments(state);
  const detached = state.created.filter(
    ({ oid }) => isDroppedBy(event, oid) || isDroppedBy(event, parentOf.get(oid) ?? null),
  );
  const isDetached = ({ schema, name }: { schema: string | null; name: string }): boolean =>
    detached.some((index) => index.name === name && (schema === null || index.schema === schema));
  return state.steps.map((step) => {
    if (step.id === event.step) return step;
    const { step: statement } = step;
    if (statement.kind !== 'attach-partition') {
      // What was rebuilt, and is dropped by the plan after that, was rebuilt all the same.
      if (statement.kind === 'reindex' || !isDroppedBy(event, step.oid)) return step;
      return { ...step, ...LEFTOVER_GONE, status: back ? 'dropped' : 'queued', bytes: null };
    }
    const again = !back && step.status === 'done' && isDetached(statement.partition);
    return again ? { ...step, status: 'queued' } : step;
  });
};

/** The index of a partitioned table, with what its parts took together. */
const completed = (
  state: RunState,
  event: Extract<BuildEvent, { type: 'index.completed' | 'reindex.completed' }>,
): Partial<StepState> => {
  const parts = partsOf(state, event.step).filter(({ status }) => status === 'done');
  const starts = parts.flatMap(({ startedAt }) => startedAt ?? []).sort();
  return {
    status: parts.length === 0 ? 'equal' : 'done',
    startedAt: starts[0] ?? null,
    finishedAt: parts.length === 0 ? null : event.at,
    bytes: parts.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  };
};

/** One that was made, and found to be valid by itself when it was to be dropped, is this run's as before. */
const completeAlone = ({ created }: RunState, event: BuildEvent): Partial<StepState> =>
  event.type === 'drop.failed' && event.settled && created.some(({ oid }) => oid === event.oid)
    ? { status: 'done', oid: event.oid, completeAlone: true }
    : {};

/** The schema an index of this step lives in: its table's. */
const schemaOf = (state: RunState, step: StepState): string | null =>
  state.tables.find((table) => table.oid === step.tableOid)?.schema ?? null;

const created = (state: RunState, event: BuildEvent): RunState['created'] => {
  const step = state.steps[event.step];
  if (event.type === 'build.finished' && step?.step.kind === 'create-index')
    return [
      ...state.created,
      { step: event.step, oid: event.oid, schema: schemaOf(state, step), name: step.step.name, at: event.at },
    ];
  if (event.type === 'statement.finished') return renamed(state, event.step);
  if (event.type === 'step.lost') return state.created.filter((index) => index.step !== event.step);
  if (event.type === 'index.dropped') return state.created.filter(({ oid }) => !isDroppedBy(event, oid));
  return state.created;
};

const reopens = (event: BuildEvent): boolean => event.type === 'index.requeued' || event.type === 'step.lost';

/** A step that is done again opens its section again. */
const reopened = (state: RunState, event: BuildEvent, toBuild: ReadonlySet<number>): Partial<RunState> => {
  if (!reopens(event) && toBuild.size === 0) return {};
  const again = new Set([...(reopens(event) ? [event.step] : []), ...toBuild].map((id) => state.steps[id]?.section));
  return {
    phase: state.phase === 'verifying' ? 'running' : state.phase,
    sections: state.sections.map((each, index) => (again.has(index) ? { ...each, finishedAt: null } : each)),
    // What was verified is not what will be there.
    verify: null,
    ...forgetAfter(state),
    validations: state.validations.map((validation) => ({ ...validation, result: null })),
  };
};

/** Partitions that were made meanwhile: their tables, and what is to be done on them. */
const withMore = (
  state: Pick<RunState, 'steps' | 'sections' | 'tables'>,
  { step, parts, tables }: Extract<BuildEvent, { type: 'partitions.found' }>,
): Partial<RunState> => {
  const known = new Set(state.tables.map(({ oid }) => oid));
  return {
    tables: [...state.tables, ...tables.filter(({ oid }) => !known.has(oid))],
    ...withParts(state, [{ step, parts }], false),
  };
};

/** What an event about one step changes in the run. */
export const evolveBuild = (state: RunState, event: BuildEvent): Partial<RunState> => {
  const before = event.type === 'index.dropped' ? goneWith(state, event) : state.steps;
  const toBuild = toBuildAfter(state, event);
  const steps = before.map((step) => {
    if (step.id === event.step) {
      const isWhole = event.type === 'index.completed' || event.type === 'reindex.completed';
      const whole = isWhole ? completed(state, event) : {};
      return {
        ...step,
        ...stepChange(step, event),
        ...whole,
        ...undone(state, step, event),
        ...completeAlone(state, event),
      };
    }
    if (toBuild.has(step.id)) return { ...step, status: 'queued' as const, found: null, note: null };
    // Its section waits for the one that is open again: it is looked at anew when its turn comes.
    const waits = reopens(event) && step.status === 'queued' && step.found !== null;
    return waits ? { ...step, found: null } : step;
  });
  return {
    steps,
    created: created(state, event),
    removed: removedAfter(state, event),
    rebuilt: rebuiltAfter(state, event),
    reindexed: reindexedAfter(state, event),
    ...listed(state, event),
    ...reopened(state, event, toBuild),
    ...(event.type === 'partitions.found' ? withMore({ ...state, steps }, event) : {}),
  };
};
