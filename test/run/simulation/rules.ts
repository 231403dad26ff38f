import type { Action, IndexAt, RunEvent, RunState, StepState, Traces } from '../../../src/run/index.ts';
import type { Act, FakeEngine } from './fake-engine.ts';
import type { FakeBackend, FakeServer } from './fake-server.ts';

/** A rule that did not hold, and where. */
export class BrokenRule extends Error {
  readonly rule: string;

  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.rule = rule;
  }
}

export const broken = (rule: string, what: string): never => {
  throw new BrokenRule(rule, what);
};

/** Operators in the simulation; whoever else acts is a part of the program. */
export const OPERATORS: readonly string[] = ['anna@ops', 'ben@ops'];

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/**
 * Rule 1. The exceptions are an invalid leftover that the operator agreed to, an index that the plan drops and that was
 * shown before the go, and one that a rebuild of this run was to replace, once another one has its name: all by OID.
 */
export const dropsOnlyItsOwn = (
  server: FakeServer,
  agreed: ReadonlySet<number>,
  shown: ReadonlyMap<number, number>,
  replaced: ReadonlyMap<number, string>,
  { step, statement }: Act,
): void => {
  if (statement.kind !== 'drop') return;
  const index = server.indexes.get(statement.index);
  // With the index of a partitioned table goes what is attached to it.
  for (const each of server.attachedTo(statement.index))
    if (server.indexes.get(each)?.by === 'other')
      broken('drops only its own', `${each} would go with ${statement.index}`);
  if (index === undefined || index.by === 'run' || (agreed.has(index.oid) && !index.valid)) return;
  if (step.step.kind === 'drop-index' && shown.get(step.id) === index.oid) return;
  const name = replaced.get(index.oid);
  if (name !== undefined && name !== index.name && !index.valid) return;
  broken('drops only its own', `${index.name} (oid ${index.oid}) is somebody else's`);
};

/** A replacement in the safe order: what takes its place is there and valid before the old one is dropped. */
export const replacesWhatIsThere = (server: FakeServer, { step: { step, leftover }, statement }: Act): void => {
  // On the way back what a build of the old one has left is dropped, too.
  if (leftover?.why !== 'planned') return;
  if (statement.kind !== 'drop' || step.kind !== 'drop-index' || step.replacedBy === undefined) return;
  // Between the look at it and the drop somebody may take it away: a known limit.
  if (server.takenAway.has(step.replacedBy)) return;
  const built = server.indexes.get(step.replacedBy);
  if (built?.valid !== true)
    broken('replaces what is there', `${step.name} is dropped before ${step.replacedBy} is valid`);
};

/** Rule 1, as a rollback would rely on it: what counts as built by this run was built by it. */
export const countsOnlyItsOwn = (server: FakeServer, event: Of<'build.finished'>): void => {
  for (const index of server.indexes.values())
    if (index.oid === event.oid && index.by !== 'run')
      broken('counts only its own', `${index.name} (oid ${index.oid}) is somebody else's`);
};

/** Rule 1: what is recorded as this run's, to be dropped, is that. */
export const claimsOnlyItsOwn = (server: FakeServer, found: IndexAt): void => {
  for (const index of server.indexes.values())
    if (index.oid === found.oid && index.by !== 'run')
      broken('claims only its own', `${index.name} (oid ${index.oid}) is somebody else's`);
};

/** A claim that rests on the name, for the server never told the OID: see `Known limits` in ARCHITECTURE.md. */
export const byNameAlone = ({ oid }: Traces): boolean => oid === null;

const INTENTS = {
  build: 'build.started',
  rebuild: 'build.started',
  only: 'build.started',
  drop: 'drop.started',
  attach: 'statement.started',
  analyze: 'statement.started',
  rename: 'statement.started',
} as const;

/** Rule 2: the newest event about beginning something for this step is this act's, on this backend. */
export const intentFirst = (journal: readonly RunEvent[], { step, backend, statement }: Act): void => {
  for (let at = journal.length - 1; at >= 0; at--) {
    const event = journal[at];
    if (event === undefined || !('pid' in event) || !('step' in event) || event.step !== step.id) continue;
    if (event.type !== INTENTS[statement.kind]) break;
    if (event.pid !== backend.pid || event.backendStart !== backend.backendStart) break;
    return;
  }
  broken('intent first', `${statement.kind} of step ${step.id} is not in the journal`);
};

/** Rule 2: whoever is lost between intent and outcome finds an open intent, never a closed one. */
export const actsOnceForAnIntent = (engine: FakeEngine, { step, statement }: Act): void => {
  const status = {
    build: 'building',
    rebuild: 'building',
    only: 'building',
    drop: 'dropping',
    attach: 'running',
    analyze: 'running',
    rename: 'running',
  }[statement.kind];
  if (engine.state.steps[step.id]?.status !== status)
    broken('acts once for an intent', `${statement.kind} of step ${step.id}, which is ${step.status}`);
};

const isBuild = ({ kind }: { kind: string }): boolean => kind === 'build' || kind === 'rebuild';

/** Rule 9, and never two on one table: they do not queue, they deadlock. */
export const neverBesideAnother = (server: FakeServer, { step, statement, backend }: Act): void => {
  if (statement.kind !== 'build' && statement.kind !== 'rebuild') return;
  for (const other of server.backends.values()) {
    if (other === backend || other.by !== 'run' || other.work === null) continue;
    const { work } = other;
    const table = server.tableOf(work.statement);
    if (table === server.tableOf(statement) || (work.step === step.id && isBuild(work.statement)))
      broken('never beside another', `${statement.index} beside ${work.statement.kind} of pid ${other.pid}`);
  }
};

const MEASURING: readonly string[] = ['probe', 'analyze'];

/**
 * Rule 4. The snapshot of a query that is measured would hold up every build, and a build would be measured with it. `act`:
 * what is about to be sent; null: the query is. Builds that an engine of this run left behind count too.
 */
export const neverMeasuresBesideABuild = (engine: FakeEngine, act: Act | null): void => {
  const { server } = engine.around;
  if (act === null) {
    for (const { by, pid, work } of server.backends.values())
      if (by === 'run' && work !== null && isBuild(work.statement))
        broken('never measures beside a build', `pid ${pid} is building`);
  } else if (isBuild(act.statement) && MEASURING.some((key) => engine.inflight.has(key)))
    broken('never measures beside a build', `${act.step.id} begins while a query is measured`);
};

/** A cancel never hits the work of another step: sessions are used again. */
export const cancelsWhatIsMeant = (step: number, target: FakeBackend): void => {
  if (target.by !== 'run') broken('cancels what is meant', `pid ${target.pid} is somebody else's`);
  if (target.work !== null && target.work.step !== step)
    broken('cancels what is meant', `pid ${target.pid} works for step ${target.work.step}, not for ${step}`);
};

const BEGINNINGS: ReadonlySet<RunEvent['type']> = new Set(['build.started', 'statement.started']);

const isBeginning = (event: RunEvent): boolean =>
  BEGINNINGS.has(event.type) || (event.type === 'drop.started' && event.why !== 'failed-build');

/** On the way back an index is dropped, or one that the plan dropped is built, or gets its passing name again. */
const isOfTheWayBack = (before: RunState, event: RunEvent): boolean => {
  if (event.type === 'drop.started') return event.why === 'rollback';
  const kind = 'step' in event ? before.steps[event.step]?.step.kind : undefined;
  return kind === (event.type === 'build.started' ? 'drop-index' : 'rename-index');
};

/** Nothing begins in a pause, an abort, or before the go. */
export const beginsOnlyWhenItMay = (before: RunState, event: RunEvent): void => {
  if (!isBeginning(event)) return;
  // A drop that has begun is gone on with to its end, like what a failed build left.
  if (event.type === 'drop.started' && before.steps[event.step]?.status === 'dropping') return;
  const phase = isOfTheWayBack(before, event) && before.phase === 'rolling-back' ? 'rolling-back' : 'running';
  if (before.phase !== phase) broken('begins only when it may', `${event.type} in ${before.phase}`);
  if (before.pauses.length > 0) broken('begins only when it may', `${event.type} in a pause`);
  if (before.approvedAt === null) broken('begins only when it may', `${event.type} before the go`);
};

/**
 * Sections are worked on in turn, and tables' sections beside each other: what begins stands in one that has begun and is
 * not finished, and nothing before it is open but its own neighbours that are tables too.
 */
export const beginsInItsTurn = (before: RunState, event: RunEvent): void => {
  if (before.phase === 'rolling-back') return;
  if (event.type !== 'build.started' && event.type !== 'statement.started') return;
  const its = before.steps[event.step]?.section ?? 0;
  const section = before.sections[its];
  if (section === undefined || section.startedAt === null || section.finishedAt !== null)
    broken('begins in its turn', `step ${event.step} of section ${its + 1}, which is not under way`);
  const open = before.sections.slice(0, its).findIndex(({ finishedAt }) => finishedAt === null);
  if (open !== -1 && !before.sections.slice(open, its + 1).every(({ byTable }) => byTable))
    broken('begins in its turn', `step ${event.step} of section ${its + 1}, and section ${open + 1} is not finished`);
};

/** Rule 7: whoever begins holds the advisory lock, also by the server's word. */
export const beginsOnlyWithTheLock = (engine: FakeEngine, before: RunState, event: RunEvent): void => {
  const isDrop = event.type === 'drop.started' && event.why === 'rollback';
  if (!isDrop && event.type !== 'build.started' && event.type !== 'statement.started') return;
  // A drop that has begun is gone on with.
  if (isDrop && before.steps[event.step]?.status === 'dropping') return;
  const { lock } = engine.seats;
  if (lock.backend === null || engine.around.server.lockHolder !== lock.backend.pid)
    broken('begins only with the lock', `${event.type}, and the lock is held by ${engine.around.server.lockHolder}`);
};

/** Rule 6. The pause of a gate is an operator's to lift only when nothing holds it any more. */
export const liftsOnlyWhatItMay = (before: RunState, event: RunEvent): void => {
  if (event.type !== 'run.continued') return;
  const byOperator = OPERATORS.includes(event.by);
  const holds = before.gates.some(({ gate, level }) => gate === event.gate && level !== 'warn');
  const may = {
    operator: byOperator,
    error: byOperator,
    disconnect: byOperator,
    gate: byOperator ? !holds : event.by === `gate ${event.gate}`,
    connection: event.by === 'indexdeck',
    server: byOperator,
  }[event.cause];
  if (!may) broken('lifts only what it may', `the pause by ${event.cause} was lifted by ${event.by}`);
};

/** After its end a run stands still until another engine takes it up. */
export const nothingAfterTheEnd = (before: RunState, event: RunEvent): void => {
  if (before.phase === 'finished' && event.type !== 'run.resumed')
    broken('nothing after the end', `${event.type} came`);
};

/** Rule 3. */
export const leavesNothingBehind = (server: FakeServer, event: Of<'run.finished'>): void => {
  if (event.status === 5) return;
  for (const index of server.indexes.values())
    if ((index.by === 'run' || index.halfDropped) && !index.valid)
      broken('leaves nothing behind', `status ${event.status}, and ${index.name} (oid ${index.oid}) is invalid`);
  // An idle session whose connection broke is gone as soon as the server notices.
  for (const { by, name, pid, client, work } of server.backends.values())
    if (by === 'run' && (client || work !== null))
      broken('leaves nothing behind', `status ${event.status}, and pid ${pid} (${name}) is there`);
};

/** Status 0 says that every planned index is there, valid and as planned, and that what the plan drops is gone. */
export const zeroMeansAll = (server: FakeServer, state: RunState, event: Of<'run.finished'>): void => {
  if (event.status !== 0 || state.rollback !== null) return;
  for (const { oid, name } of state.removed)
    if ([...server.indexes.values()].some((index) => index.oid === oid))
      broken('status 0 means all', `${name} (oid ${oid}) is still there`);
  for (const { name, was, oid } of state.reindexed) {
    const index = server.indexes.get(name);
    const isDropped = state.removed.some((each) => each.oid === oid);
    if (!isDropped && (index?.valid !== true || index.oid === was))
      broken('status 0 means all', `${name} (oid ${was}) is not rebuilt`);
  }
  for (const { step, gone } of state.steps) {
    if (step.kind !== 'create-index' || gone) continue;
    const index = server.indexes.get(step.replaces ?? step.name);
    if (index === undefined || !index.valid || !index.asPlanned || index.table !== step.table)
      broken('status 0 means all', `${step.name} is not there as planned`);
  }
};

const isData = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Where two values differ as data, as a path; null when they do not. Fast where they share their parts. */
export const difference = (a: unknown, b: unknown, path = ''): string | null => {
  if (a === b) return null;
  if (!isData(a) || !isData(b)) return path;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return path;
  for (const key of keys) {
    const found = difference(a[key], b[key], `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
};

/** One state, made of events alone. */
export const eventsGiveTheState = (state: RunState, replayed: RunState | null): void => {
  const where = difference(state, replayed);
  if (where !== null) broken('the events give the state', `not at ${where}`);
};

/** What there is to begin has an end, without anything happening in between. */
export const comesToRest = (actions: readonly Action[]): never =>
  broken('comes to rest', actions.map(({ intent, effect }) => intent?.type ?? effect?.kind).join(', '));

/** Once the world is calm and an operator is there, a run ends. */
export const ends = (engine: FakeEngine): void => {
  const { phase, pauses } = engine.state;
  const tasks = [...engine.inflight.keys()].join(', ');
  broken('ends', `still ${phase}, paused by ${pauses.map(({ cause }) => cause).join(', ')}, under way: ${tasks}`);
};

const stepCalled = ({ step }: StepState): string | null => (step.kind === 'create-index' ? step.name : null);

/**
 * A calm world, an operator who tries again what failed, and nobody else's index in the way: a run that was not aborted
 * comes to its good end. `leftOut`: steps that were left out before. An index that somebody took away after it was built is
 * missed by the verification.
 */
export const comesToItsGoodEnd = (server: FakeServer, state: RunState, leftOut: readonly number[]): void => {
  const { status, reason } = state.outcome ?? { status: null, reason: 'no end' };
  if (status === 0 || status === 3 || leftOut.length > 0) return;
  for (const { step, doubtful } of state.steps) {
    if (!('name' in step)) continue;
    const name = step.kind === 'attach-partition' ? step.partition.name : step.name;
    // What nothing proves to be this run's is for a person to look at.
    const passing = step.kind === 'rename-index' ? step.from : name;
    if (doubtful !== null || server.takenAway.has(name) || server.takenAway.has(passing)) return;
    // So is what somebody else made, or made valid, under a passing name: it is not renamed.
    const isOthers = state.steps.some((other) => stepCalled(other) === passing && other.status === 'equal');
    if (step.kind === 'rename-index' && isOthers) return;
    const there = server.indexes.get(name);
    // A constraint was made of it: it is not dropped.
    if (there?.constraint) return;
    if (step.kind === 'drop-index' || step.kind === 'reindex') continue;
    // One of another definition was claimed by its name: the witness has counted that.
    if (there !== undefined && (there.by === 'other' || !there.asPlanned)) return;
  }
  if (state.validations.some(({ result }) => result?.ok === false)) return;
  if (state.probes.some(({ after }) => after?.verdict?.ok === false)) return;
  broken('comes to its good end', `status ${status}: ${reason}`);
};
