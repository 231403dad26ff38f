import type { CreateIndexStep, DropIndexStep } from '../plan/types.ts';
import { cancelBackend } from '../queries/cancel_backend.ts';
import { indexStates } from '../queries/index_facts.ts';
import {
  type BackendId,
  builtWith,
  type DropOutcome,
  type Effect,
  type Found,
  type Input,
  isReindexing,
  type MetricName,
  type Metrics,
  ownError,
  type RunState,
  rebuildOf,
  type StepState,
  takesShortLock,
} from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { attach } from './attach.ts';
import { type BuilderContext, build, prepare } from './builder.ts';
import { backendGone, cancelUntil } from './canceller.ts';
import {
  inspectDrop,
  inspectIndex,
  inspectReindex,
  inspectRename,
  partitionedIndexes,
  tablesOfTree,
  takeBaseline,
} from './catalog/index.ts';
import { checkRollback } from './check-rollback.ts';
import type { ConnectionConfig } from './config.ts';
import { type Droppable, drop, goneWith } from './dropper.ts';
import { endSession } from './end-session.ts';
import type { EngineLock } from './lock.ts';
import { recheck } from './look.ts';
import { type LookedFor, lookedFor } from './looked-for.ts';
import { Looks } from './looks.ts';
import type { Metering } from './metering.ts';
import { analyze } from './probes/analyze.ts';
import { probe } from './probes/probe.ts';
import { readStatements } from './probes/statements.ts';
import { reconcile } from './reconcile.ts';
import { reconcileReindex, reindex } from './reindexer.ts';
import { type Session, toErrorFacts } from './session.ts';
import type { Sessions } from './sessions.ts';
import { executeBriefly } from './short-lock.ts';
import { survey } from './survey.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';

/** What an effect may use of the engine around it. */
export interface Surroundings {
  connection: ConnectionConfig;
  sessions: Sessions;
  lock: EngineLock;
  metering: Metering;
  state(): RunState;
  submit(input: Input): void;
  /** Waits, but not for long, until the intents recorded so far are in the ledger too. */
  settled(): Promise<void>;
  /** Aborted when the effect of this key has ended; null when none is under way. */
  ended(key: string): AbortSignal | null;
}

const createOf = (state: RunState, step: StepState): CreateIndexStep => {
  if (step.step.kind === 'create-index') return builtWith(step.step, state.options.settings);
  const again = rebuildOf(state, step);
  if (again === null) throw new Error(`step ${step.id} builds no index`);
  return again;
};

/** Indexes of TOAST tables that are rebuilt are in nobody's count. */
const TOAST = 'pg_toast';

const readable = (metrics: Metrics): Partial<Record<MetricName, number>> =>
  Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== null));

/** Carries out one effect at a time and says what came of it, as the next input. It holds no rule of its own. */
export class Interpreter {
  readonly #around: Surroundings;
  readonly #builder: BuilderContext;
  readonly #looks: Looks;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#looks = new Looks(around);
    this.#builder = {
      control: around.sessions.control,
      inspect: around.sessions.inspect,
      identified: (step, oid) => around.submit({ kind: 'identified', step, oid }),
      heard: new Set(),
      heardNames: new Map(),
      unsent: new Set(),
    };
  }

  /** Fails only on a fault of the program itself. */
  async run(effect: Effect): Promise<Input> {
    const { connection, sessions, metering, state } = this.#around;
    switch (effect.kind) {
      case 'preflight':
        return this.#looks.first();
      case 'look':
        return this.#looks.again();
      case 'baseline':
        return this.#baseline();
      case 'recheck':
        return recheck(connection, sessions, state());
      case 'inspect':
        return this.#inspect(effect.step);
      case 'complete':
        return this.#complete(effect.step);
      case 'build':
        return this.#build(effect.step, effect.slot);
      case 'reconcile':
        return this.#reconcile(effect.step);
      case 'cancel':
        await cancelUntil(sessions, effect.backend, this.#workEnded(effect.step));
        return { kind: 'tick' };
      case 'drop':
        return this.#drop(effect);
      case 'end-session':
        return endSession(sessions, effect);
      case 'survey':
        return survey(this.#builder, state());
      case 'check-rollback':
        return checkRollback(sessions.inspect, state());
      case 'statement':
        return this.#statement(effect);
      case 'verify':
        return verify(sessions, state());
      case 'probe': {
        const { probe: at, when, attempt } = effect;
        return probe(sessions, state(), { probe: at, when, attempt });
      }
      case 'analyze':
        return analyze(sessions, this.#around.settled, effect);
      case 'validate':
        return validate(sessions, state(), effect.validation);
      case 'finish':
        await metering.stop();
        await sessions.closeWorking();
        return { kind: 'closed', status: effect.status, reason: effect.reason, leftToDo: effect.leftToDo };
    }
  }

  /** Cancels a backend once, for an engine that cannot go on. */
  async stopBackend(backend: BackendId): Promise<void> {
    const session = this.#around.sessions.control.current;
    if (session !== null) await cancelBackend(session, backend);
  }

  #step(id: number): StepState {
    const step = this.#around.state().steps[id];
    if (step === undefined) throw new Error(`there is no step ${id}`);
    return step;
  }

  /** Aborted when whatever works for the step is over. */
  #workEnded(step: number): AbortSignal {
    const keys = (['build', 'statement', 'reconcile', 'drop'] as const).map((kind) => `${kind}:${step}`);
    const working = keys.flatMap((key) => this.#around.ended(key) ?? []);
    return working.length === 0 ? AbortSignal.abort() : AbortSignal.any(working);
  }

  async #baseline(): Promise<Input> {
    const { sessions, metering, state } = this.#around;
    const rate = await metering.rollbackRate();
    const statements = await readStatements(sessions, state().tables, 'before', null);
    return askUntilAnswered(sessions.inspect, async (session) => {
      const schemas = [...new Set(state().tables.map((table) => table.schema))].filter((schema) => schema !== TOAST);
      const counts = await takeBaseline(session, schemas);
      const metrics = metering.latest?.metrics;
      return {
        kind: 'baselined',
        baseline: {
          ...counts,
          schemas,
          active: metrics?.active ?? null,
          connections: metrics?.connections ?? null,
          ...(metrics === undefined ? {} : { metrics: readable(metrics) }),
          ...rate,
        },
        statements,
      };
    });
  }

  #inspect(id: number): Promise<Input> {
    const { sessions } = this.#around;
    return askUntilAnswered(sessions.inspect, async (session) => {
      const wanted = lookedFor(this.#around.state(), this.#step(id));
      return { kind: 'inspected', step: id, found: await this.#lookFor(session, id, wanted) };
    });
  }

  async #lookFor(session: Session, id: number, wanted: LookedFor): Promise<Found> {
    if (wanted.what === 'to-drop') return this.#lookAtDrop(session, id, wanted.drop);
    if (wanted.what === 'to-reindex') return inspectReindex(session, { step: id, reindex: wanted.reindex });
    if (wanted.what === 'to-rename') return inspectRename(session, this.#around.state(), wanted.rename);
    return (await inspectIndex(session, id, wanted.create)).found;
  }

  #lookAtDrop(session: Session, step: number, drop: DropIndexStep): Promise<Found> {
    const { created, steps } = this.#around.state();
    const inItsPlace = created.find((index) => {
      const builder = steps[index.step]?.step;
      return builder?.kind === 'create-index' && builder.name === drop.replacedBy;
    });
    return inspectDrop(session, { step, drop }, inItsPlace?.oid ?? null);
  }

  #complete(id: number): Promise<Input> {
    const { sessions } = this.#around;
    return askUntilAnswered(sessions.inspect, async (session) => {
      const create = createOf(this.#around.state(), this.#step(id));
      const inspection = await inspectIndex(session, id, create);
      const [index] = await partitionedIndexes(session, [{ step: id, create, ...inspection }]);
      const tables = tablesOfTree(index?.tree ?? []);
      return { kind: 'completed', step: id, found: inspection.found, parts: index?.parts ?? [], tables };
    });
  }

  async #build(id: number, slot: string): Promise<Input> {
    const outcome = await this.#withSlot(slot, (session) => {
      const step = this.#step(id);
      const oid = () => this.#step(id).oid;
      if (isReindexing(step)) return reindex(this.#builder, session, this.#around.state(), step, oid);
      return build(this.#builder, session, this.#around.state(), step, createOf(this.#around.state(), step), oid);
    });
    const lost = { kind: 'lost' as const, error: ownError('its connection was lost before it began') };
    return { kind: 'build-ended', step: id, outcome: outcome ?? lost };
  }

  /** Whether whoever still works for the step is to be ended, not waited for. */
  #isUnwanted(id: number): boolean {
    return this.#around.state().abort !== null || this.#step(id).cancel !== null;
  }

  async #reconcile(id: number): Promise<Input> {
    const { state, sessions } = this.#around;
    const step = this.#step(id);
    if (step.status === 'building') {
      const oid = () => this.#step(id).oid;
      const unwanted = () => this.#isUnwanted(id);
      const outcome = isReindexing(step)
        ? await reconcileReindex(this.#builder, step, unwanted, oid)
        : await reconcile(this.#builder, state(), step, createOf(state(), step), unwanted, oid);
      return { kind: 'build-ended', step: id, outcome };
    }
    // A drop, ANALYZE or COMMENT is looked at, or done, once more; not beside the backend that may still be at it.
    if (step.backend !== null) await backendGone(sessions.control, step.backend, () => this.#isUnwanted(id));
    const failed = { kind: 'failed' as const, error: ownError('its engine was lost in the middle') };
    if (step.status !== 'dropping') return { kind: 'statement-ended', step: id, outcome: failed };
    return { kind: 'dropped', step: id, outcome: await this.#whatIsLeft(step.leftover, failed) };
  }

  async #drop(effect: Extract<Effect, { kind: 'drop' }>): Promise<Input> {
    const { state, sessions } = this.#around;
    const { step: id } = effect;
    const outcome = await this.#withSlot(effect.slot, async (session) => {
      const ended = await drop(sessions.inspect, session, state(), this.#step(id), effect);
      // As with a statement, its backend must not stand beside the next attempt, nor outlive the run. One that is ended
      // in the middle would leave a valid index invalid for nothing: such a one may come to its end.
      const ofWhole = effect.why === 'rollback' || effect.why === 'planned';
      const impatient = () => !ofWhole || this.#isUnwanted(id);
      if (session.lost) await backendGone(sessions.control, session, impatient);
      return ended;
    });
    const lost = { kind: 'failed' as const, error: ownError('its connection was lost') };
    return { kind: 'dropped', step: id, outcome: await this.#whatIsLeft(effect, outcome ?? lost) };
  }

  /** What a drop that failed has left of an index of ours: one that was stopped in the middle has made it invalid. */
  async #whatIsLeft(index: Pick<Droppable, 'oid' | 'why'> | null, outcome: DropOutcome): Promise<DropOutcome> {
    if (outcome.kind !== 'failed' || (index?.why !== 'rollback' && index?.why !== 'planned')) return outcome;
    const { oid } = index;
    const left = await askUntilAnswered(this.#around.sessions.inspect, (session) => indexStates(session, [oid]));
    const found = left.get(oid);
    if (found === undefined)
      return {
        kind: 'done',
        durationMs: 0,
        ...(await goneWith(this.#around.sessions.inspect, this.#around.state(), oid)),
      };
    return { ...outcome, standing: found.valid ? 'valid' : 'invalid' };
  }

  async #statement({ step: id, slot, sql }: Extract<Effect, { kind: 'statement' }>): Promise<Input> {
    const began = performance.now();
    const outcome = await this.#withSlot(slot, async (session) => {
      const { step } = this.#step(id);
      try {
        await prepare(session, this.#around.state(), step);
        const text = sql ?? step.sql;
        if (step.kind === 'attach-partition') {
          const wrong = await attach(session, this.#around.state(), step);
          if (wrong !== null) return { kind: 'failed' as const, error: wrong };
        } else if (takesShortLock(step)) await executeBriefly(session, text);
        else await session.execute(text);
        return { kind: 'done' as const, durationMs: performance.now() - began };
      } catch (error) {
        // Its backend works on without us: it must not stand beside the next attempt, nor outlive the run.
        const { backend } = this.#step(id);
        if (session.lost && backend !== null) await backendGone(this.#around.sessions.control, backend, () => true);
        return { kind: 'failed' as const, error: toErrorFacts(error) };
      }
    });
    const lost = { kind: 'failed' as const, error: ownError('its connection was lost') };
    return { kind: 'statement-ended', step: id, outcome: outcome ?? lost };
  }

  async #withSlot<T>(slot: string, work: (session: NonNullable<ReturnType<Sessions['take']>>) => Promise<T>) {
    const { sessions } = this.#around;
    const session = sessions.take(slot);
    if (session === null) return null;
    try {
      // The session is taken already: nobody else gets it meanwhile.
      await this.#around.settled();
      return await work(session);
    } finally {
      sessions.release(slot);
    }
  }
}
