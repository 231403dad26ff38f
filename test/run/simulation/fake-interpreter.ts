import { type Look, notNow } from '../../../src/engine/look-at-own.ts';
import { lookedFor } from '../../../src/engine/looked-for.ts';
import type { CreateIndexStep } from '../../../src/plan/types.ts';
import {
  type BuildOutcome,
  type DropCause,
  type DropOutcome,
  definitionTail,
  type Effect,
  type ErrorFacts,
  type Found,
  type IndexAt,
  isRenaming,
  leftoverOf,
  type NamedAt,
  outcomeOfLost,
  ownError,
  type PreflightFacts,
  type ProbeMeasurement,
  type ReindexEnd,
  type ReindexTraces,
  type Renaming,
  type RunState,
  rebuildOf,
  renamedBy,
  type StepState,
  type Traces,
  type VerifyResult,
} from '../../../src/run/index.ts';
import { serverError } from '../../support/core.ts';
import type { FakeEngine, Task } from './fake-engine.ts';
import { partsFor, tablesIn } from './fake-partitions.ts';
import type { FakeBackend, OwnStatement } from './fake-server.ts';
import { checkRollback, definitionOf, goneWith, isAsPlanned, listed, rowOf, survey } from './fake-way-back.ts';

const TERMINATE_AFTER_MS = 15_000;
const LOST = ownError('the connection was lost');

/** A probe of table `a` that takes so long; `left`: it still reads the table whole. */
const measurementOf = (ms: number, left: boolean, error: ErrorFacts | null): ProbeMeasurement => {
  const runs = error === null ? [ms, ms, ms] : [];
  const scan = { schema: 'public', table: 'a', rows: 100_000, loops: 1, blocks: 1_000 };
  return {
    runs,
    time: error === null ? { median: ms, min: ms, max: ms, q1: ms, q3: ms, mad: 0 } : null,
    planningMs: null,
    rows: null,
    buffers: null,
    plan: null,
    summary: error === null ? { top: 'Limit', indexes: [], sequential: left ? [scan] : [] } : null,
    error,
    timedOut: false,
  };
};

/** Names here need no quotes. */
const RENAME = /^ALTER INDEX (?:public\.)?(\w+) RENAME TO (\w+)$/;

/** What src/engine/interpreter.ts and what it calls do with each effect, one micro step at a time. */
export class FakeInterpreter {
  readonly #engine: FakeEngine;
  readonly #heard = new Set<number>();
  readonly #unsent = new Set<number>();
  readonly #heardNames = new Map<number, string>();

  constructor(engine: FakeEngine) {
    this.#engine = engine;
  }

  /** An attempt of which nothing has been sent, nor heard, yet. */
  begins(step: number): void {
    this.#heard.delete(step);
    this.#heardNames.delete(step);
    this.#unsent.add(step);
  }

  /** One micro step of the effect; false when it waits for somebody. */
  step(task: Task): boolean {
    this.#engine.point();
    const { effect } = task;
    switch (effect.kind) {
      case 'preflight':
        // No connection is opened any more once they are being closed.
        if (this.#engine.isEnding) return this.#engine.end(task, { kind: 'preflight-failed', error: LOST, advice: '' });
        return this.#engine.end(task, { kind: 'preflighted', facts: this.#preflight() });
      case 'baseline':
        return this.#baseline(task);
      case 'look':
        return this.#engine.end(task, {
          kind: 'looked',
          outcome: this.#engine.isEnding
            ? { kind: 'failed', error: LOST, advice: '' }
            : { kind: 'done', facts: this.#preflight() },
        });
      case 'recheck': {
        const { server } = this.#engine.state;
        if (server === null) throw new Error('a server that nobody has seen cannot have been changed');
        return this.#engine.end(task, {
          kind: 'rechecked',
          server,
          outcome: { kind: 'done', facts: this.#preflight() },
        });
      }
      case 'inspect': {
        if (this.#engine.seats.inspect.backend === null) return false;
        const found = this.#lookFor(this.#step(effect.step));
        return this.#engine.end(task, { kind: 'inspected', step: effect.step, found });
      }
      case 'complete': {
        if (this.#engine.seats.inspect.backend === null) return false;
        const { server } = this.#engine.around;
        const step = this.#step(effect.step);
        const found = this.#foundAt(this.#createOf(step));
        const parts = partsFor(server, this.#createOf(step), found);
        return this.#engine.end(task, { kind: 'completed', step: step.id, found, parts, tables: tablesIn(server) });
      }
      case 'build':
        return this.#build(task, this.#step(effect.step));
      case 'reconcile':
        return this.#reconcile(task, this.#step(effect.step));
      case 'cancel':
        return this.#cancel(task, effect);
      case 'drop':
        return this.#drop(task, effect);
      case 'end-session':
        throw new Error('nobody here ends the sessions of others');
      case 'survey':
        return this.#survey(task);
      case 'check-rollback':
        if (this.#engine.seats.inspect.backend === null) return false;
        return this.#engine.end(task, checkRollback(this.#engine.around.server, this.#engine.state));
      case 'statement':
        return this.#statement(task, this.#step(effect.step), effect.sql);
      case 'verify':
        return this.#verify(task);
      case 'validate':
        return this.#validate(task, effect.validation);
      case 'probe':
        return this.#probe(task, effect);
      case 'analyze':
        return this.#analyze(task, effect);
      case 'finish':
        return this.#finish(task, effect);
    }
  }

  #step(id: number): StepState {
    const step = this.#engine.state.steps[id];
    if (step === undefined) throw new Error(`there is no step ${id}`);
    return step;
  }

  /** What the step builds: on the way back also what the plan dropped. */
  #createOf(step: StepState): CreateIndexStep {
    const create = step.step.kind === 'create-index' ? step.step : rebuildOf(this.#engine.state, step);
    if (create === null) throw new Error(`step ${step.id} builds no index`);
    return create;
  }

  #isGone(backend: FakeBackend | null): boolean {
    return backend === null || !backend.client;
  }

  #send(task: Task, step: StepState, statement: OwnStatement): void {
    const { backend } = task;
    if (backend === null) throw new Error(`${task.key} has no session`);
    this.#engine.around.watcher.acts(this.#engine, { step, backend, statement });
    this.#engine.point();
    this.#engine.around.server.send(backend, statement, step.id);
    task.stage = 1;
    this.#engine.point();
  }

  #traces(step: StepState): Traces {
    return { oid: step.oid, heard: this.#heard.has(step.id), unsent: this.#unsent.has(step.id) };
  }

  #look(step: StepState): IndexAt | null {
    const { name, table, only } = this.#createOf(step);
    const found = this.#engine.around.server.look(name, table);
    return found !== null && only && step.status !== 'dropping' ? { ...found, valid: true } : found;
  }

  #foundAt({ name, table, buildSql }: CreateIndexStep): Found {
    const { server } = this.#engine.around;
    const index = server.indexes.get(name);
    if (index === undefined) return { kind: 'none' };
    const { oid } = index;
    if (!index.valid) {
      const pid = server.atWorkOn(oid);
      if (pid !== null) return { kind: 'building', oid, pid, application: null };
    }
    if (index.table !== table) return { kind: 'different', oid, definition: '', differences: ['on another table'] };
    if (!index.valid && !index.partitioned) return { kind: 'invalid', oid, definition: '', ready: index.ready };
    if (index.asPlanned !== isAsPlanned(buildSql))
      return { kind: 'different', oid, definition: '', differences: ['another column'] };
    if (!index.valid) return { kind: 'incomplete', oid, definition: '' };
    return { kind: 'equal', oid, definition: '', bytes: 8192 };
  }

  /** As src/engine/catalog/inspect-drops.ts sees it. */
  #foundToDrop(name: string): Found {
    const { server } = this.#engine.around;
    const index = server.indexes.get(name);
    if (index === undefined) return { kind: 'none' };
    const { oid, valid, table } = index;
    const pid = server.atWorkOn(oid);
    const sql = definitionOf(index);
    return {
      kind: 'to-drop',
      ...{ oid, schema: 'public', name },
      record: {
        ...{ definition: sql, rebuildSql: sql, table, valid, tablespace: null, comment: null, clustered: false },
        ...{ statistics: [], bytes: 8192, scans: 0, lastScan: null },
      },
      problem: index.constraint
        ? { why: 'a constraint depends on it', passing: false }
        : pid === null
          ? null
          : { why: `pid ${pid} is at work on it`, passing: true },
    };
  }

  /** As src/engine/catalog/inspect-reindexes.ts sees it. */
  #foundToReindex(name: string): Found {
    const { server } = this.#engine.around;
    const index = server.indexes.get(name);
    if (index === undefined) return { kind: 'none' };
    const { oid, valid, table } = index;
    const pid = server.atWorkOn(oid);
    const others = this.#onTable(table).filter((each) => !each.valid && each.oid !== oid);
    return {
      kind: 'to-reindex',
      ...{ oid, schema: 'public', name },
      index: {
        ...{ oid, schema: 'public', name, table, valid, bytes: 8192, definition: definitionOf(index) },
        tableOid: server.tables.get(table)?.oid ?? 0,
        others: others.map((each) => ({ oid: each.oid, name: each.name })),
      },
      problem: pid === null ? null : { why: `pid ${pid} is at work on it`, passing: true },
    };
  }

  /** As sql/catalog/indexes_of_table.sql sees it. */
  #onTable(table: string): NamedAt[] {
    const { server } = this.#engine.around;
    return [...server.indexes.values()].flatMap((index) => {
      const there = index.table === table ? server.look(index.name, table) : null;
      const tail = definitionTail(definitionOf(index));
      return there === null ? [] : [{ ...there, schema: 'public', name: index.name, tail }];
    });
  }

  #oidOf(name: string): number | undefined {
    return this.#engine.around.server.indexes.get(name)?.oid;
  }

  /** What became of a rebuild, as src/engine/reindexer.ts finds it out. */
  #endOfRebuild(step: StepState, end: ReindexEnd, error: ErrorFacts | null): BuildOutcome {
    const { parts, watcher } = this.#engine.around;
    const { replaces } = step;
    if (replaces === null) throw new Error(`step ${step.id} rebuilds nothing`);
    const all = this.#onTable(replaces.table);
    const traces: ReindexTraces = {
      oid: step.oid,
      heard: this.#heardNames.get(step.id) ?? null,
      unsent: this.#unsent.has(step.id),
    };
    const after = {
      named: all.find(({ name }) => name === replaces.name) ?? null,
      old: all.find(({ oid }) => oid === replaces.oid) ?? null,
      invalid: all.filter(({ oid, valid }) => !valid && oid !== replaces.oid),
    };
    const outcome = parts.outcomeOfReindex(after, replaces, traces, end, { error, durationMs: 1000 });
    const oid = outcome.kind === 'built' ? outcome.oid : outcome.kind === 'failed' ? outcome.leftover?.oid : null;
    const claimed = all.find((each) => each.oid === oid);
    const ours = outcome.kind === 'built' || (outcome.kind === 'failed' && outcome.leftover?.ours === true);
    // The old one is nobody's claim: the witness knows it from the intent.
    if (claimed !== undefined && ours && claimed.oid !== replaces.oid)
      watcher.claims(this.#engine, claimed, { ...this.#traces(step), heard: false });
    return outcome;
  }

  /** As src/engine/catalog/inspect-rename.ts sees it. */
  #foundToRename(step: Renaming): Found {
    const { state } = this.#engine;
    const index = renamedBy(state, step);
    const there = [...this.#engine.around.server.indexes.values()].find(({ oid }) => oid === index?.oid);
    if (there === undefined) return { kind: 'none' };
    const wanted = state.rollback === null ? step.step.name : step.step.from;
    const taken = this.#engine.around.server.indexes.get(wanted)?.oid ?? null;
    const { oid, name } = there;
    return { kind: 'to-rename', oid, schema: 'public', name, taken: taken === oid ? null : taken };
  }

  /** As src/engine/catalog/inspect-drops.ts sees it: what takes its place has to be there right before. */
  #withReplacement(found: Found, replacedBy: string | undefined): Found {
    const { state } = this.#engine;
    const built = state.created.find((index) => {
      const { step } = state.steps[index.step] ?? {};
      return step?.kind === 'create-index' && step.name === replacedBy;
    });
    if (found.kind !== 'to-drop' || built === undefined) return found;
    const there = [...this.#engine.around.server.indexes.values()].find(({ oid }) => oid === built.oid);
    if (there?.valid) return found;
    return { ...found, problem: { why: `${replacedBy} is not there and valid any more`, passing: false } };
  }

  /** By the name that it has now: one of a replacement may have been renamed. */
  #asCalled(id: number, create: CreateIndexStep): CreateIndexStep {
    const made = this.#engine.state.created.find(({ step }) => step === id);
    const there = [...this.#engine.around.server.indexes.values()].find((index) => index.oid === made?.oid);
    const names = [there?.name, made?.name].filter((name) => name === create.name || name === create.replaces);
    return { ...create, name: names[0] ?? create.name };
  }

  #lookFor(step: StepState): Found {
    const wanted = lookedFor(this.#engine.state, step);
    return wanted.what === 'index' && step.step.kind === 'drop-index'
      ? this.#foundAt(wanted.create)
      : (this.#found(step) ?? { kind: 'none' });
  }

  #found(each: StepState): Found | null {
    const { step, id } = each;
    if (isRenaming(each)) return this.#foundToRename(each);
    if (step.kind === 'reindex') return this.#foundToReindex(step.name);
    if (step.kind === 'drop-index') return this.#withReplacement(this.#foundToDrop(step.name), step.replacedBy);
    return step.kind === 'create-index' ? this.#foundAt(this.#asCalled(id, step)) : null;
  }

  /** The table of the step's index, as far as the catalog tells. */
  #tableOf({ step }: Pick<StepState, 'step'>): number | null {
    const { server } = this.#engine.around;
    const dropped =
      step.kind === 'drop-index' || step.kind === 'reindex' ? server.indexes.get(step.name)?.table : undefined;
    const table = step.kind === 'create-index' ? step.table : dropped;
    return table === undefined ? null : (server.tables.get(table)?.oid ?? null);
  }

  #preflight(): PreflightFacts {
    const { server } = this.#engine.around;
    this.#engine.seats.openToLook();
    this.#engine.seats.tryLock();
    const blocked = !this.#engine.seats.lockHeld;
    if (!blocked) this.#engine.seats.openToBuild(this.#engine.state.jobs);
    const steps = this.#engine.state.steps;
    const partitioned = steps.flatMap(({ id, parent, step }) =>
      parent === null && step.kind === 'create-index' && !step.only && server.tables.get(step.table)?.partitions != null
        ? [{ step: id, create: step, found: this.#foundAt(step) }]
        : [],
    );
    const parts = partitioned
      .filter(({ found }) => found.kind === 'none' || found.kind === 'incomplete')
      .map(({ step, create, found }) => ({ step, parts: partsFor(server, create, found) }));
    return {
      findings: blocked ? [{ level: 'blocks', code: 'other-engine', what: '', why: '', advice: '' }] : [],
      server: { version: '18.4', versionNum: 180004, startedAt: null, superuser: false, monitor: true },
      tables: tablesIn(server),
      ...(partitioned.length === 0 ? {} : { parts }),
      steps: steps.flatMap((each) => {
        const found = isRenaming(each) || each.gone ? null : this.#found(each);
        return found === null ? [] : [{ step: each.id, tableOid: this.#tableOf(each), found }];
      }),
      settings: [],
    };
  }

  #baseline(task: Task): boolean {
    if (this.#engine.seats.inspect.backend === null) return false;
    const none = { idxIndexes: 0, databaseBytes: 1, active: 1, connections: 10, rollbacksPerS: 0, rateSeconds: 4 };
    return this.#engine.end(task, {
      kind: 'baselined',
      baseline: {
        indexes: this.#engine.around.server.indexes.size,
        schemas: ['public'],
        present: listed(this.#engine.around.server),
        ...none,
      },
    });
  }

  #build(task: Task, step: StepState): boolean {
    const { random, parts } = this.#engine.around;
    const { backend } = task;
    const ended = (outcome: BuildOutcome) => this.#engine.end(task, { kind: 'build-ended', step: step.id, outcome });
    if (task.stage === 0) {
      if (this.#isGone(backend)) return ended({ kind: 'lost', error: LOST });
      if (step.step.kind === 'reindex') {
        const { name: called, oid } = step.replaces ?? { name: step.step.name, oid: this.#oidOf(step.step.name) };
        if (this.#engine.seats.inspect.backend === null) return false;
        if (this.#engine.around.server.indexes.get(called)?.oid !== oid)
          return ended({ kind: 'failed', error: ownError('another index has its name'), leftover: null });
        this.#unsent.delete(step.id);
        this.#send(task, step, { kind: 'rebuild', index: called, ...(oid === undefined ? {} : { oid }) });
        return true;
      }
      this.#unsent.delete(step.id);
      const { name, table, unique, only, buildSql } = this.#createOf(step);
      const asPlanned = isAsPlanned(buildSql);
      if (only) this.#send(task, step, { kind: 'only', index: name, table });
      else this.#send(task, step, { kind: 'build', index: name, table, unique, asPlanned });
      return true;
    }
    if (task.stage === 1) {
      if (backend?.told === true && (backend.client || random.chance(0.5))) {
        this.#heard.add(step.id);
        if (backend.toldName !== null) this.#heardNames.set(step.id, backend.toldName);
      }
      if (backend === null || backend.result?.kind === 'lost' || !backend.client)
        return ended({ kind: 'lost', error: LOST });
      if (backend.result !== null) {
        task.error = backend.result.kind === 'error' ? serverError(backend.result.sqlstate) : null;
        task.stage = 2;
        return true;
      }
      return this.#identify(step, backend.pid);
    }
    if (this.#engine.seats.inspect.backend === null) return false;
    if (step.replaces !== null)
      return ended(this.#endOfRebuild(step, task.error === null ? 'done' : 'failed', task.error));
    const found = this.#look(step);
    const where = { schema: 'public', name: this.#createOf(step).name };
    if (task.error === null) {
      const outcome = parts.outcomeOfSuccess(found, where, this.#traces(step), 1000);
      const claimed =
        outcome.kind === 'built' ? step.oid === null : outcome.kind === 'failed' && outcome.leftover?.ours;
      if (found !== null && claimed) this.#engine.around.watcher.claims(this.#engine, found, this.#traces(step));
      return ended(outcome);
    }
    const ours = found !== null && parts.claimOfFailed(found, this.#traces(step)) === 'ours';
    if (found !== null && ours) this.#engine.around.watcher.claims(this.#engine, found, this.#traces(step));
    return ended({
      kind: 'failed',
      error: task.error,
      leftover: leftoverOf(found, where, task.error, ours, this.#traces(step)),
    });
  }

  /** Asks for the OID of what the backend is making; it may be too late, or too early. */
  #identify(step: StepState, pid: number): boolean {
    if (step.oid !== null || this.#engine.seats.control.backend === null || this.#engine.around.random.chance(0.3))
      return false;
    const { server } = this.#engine.around;
    const oid = step.replaces === null ? server.identify(pid) : server.identifyRebuild(pid);
    if (oid === null) return false;
    this.#engine.submit({ kind: 'identified', step: step.id, oid });
    return true;
  }

  #terminate(backend: FakeBackend): void {
    this.#engine.around.server.terminate(backend);
    this.#engine.hearOfLosses();
  }

  /** Whether a backend that works for nobody is gone; helps it along when it is idle or unwanted. */
  #backendGone(step: StepState, unwanted: boolean): boolean | null {
    const { server } = this.#engine.around;
    if (step.backend === null || !this.#engine.around.parts.waitsForOrphans) return true;
    if (this.#engine.seats.control.backend === null) return null;
    const orphan = server.find(step.backend);
    if (orphan === null) return true;
    if (orphan.work === null || unwanted) this.#terminate(orphan);
    return false;
  }

  #isUnwanted(step: StepState): boolean {
    return this.#engine.state.abort !== null || step.cancel !== null;
  }

  #reconcile(task: Task, step: StepState): boolean {
    const { server, parts, watcher } = this.#engine.around;
    if (task.stage === 0) {
      if (step.status === 'building' && step.backend !== null && server.find(step.backend) !== null)
        this.#identify(step, step.backend.pid);
      const gone = this.#backendGone(step, this.#isUnwanted(step));
      if (gone !== true) return false;
      task.stage = 1;
      if (step.status === 'building') return true;
      const outcome = { kind: 'failed' as const, error: LOST };
      if (step.status !== 'dropping')
        return this.#engine.end(task, { kind: 'statement-ended', step: step.id, outcome });
      if (!this.#isWhole(step.leftover?.why))
        return this.#engine.end(task, { kind: 'dropped', step: step.id, outcome });
      return true;
    }
    if (step.status === 'dropping') return this.#whatIsLeft(task, step.id, step.leftover?.oid ?? 0, LOST);
    if (this.#engine.seats.inspect.backend === null) return false;
    if (step.replaces !== null) {
      const outcome = this.#endOfRebuild(step, 'lost', step.error ?? LOST);
      return this.#engine.end(task, { kind: 'build-ended', step: step.id, outcome });
    }
    const create = this.#createOf(step);
    const where = { schema: 'public', name: create.name };
    const ended = (found: IndexAt | null, ours: boolean) => {
      if (found !== null && ours) watcher.claims(this.#engine, found, this.#traces(step));
      const outcome = outcomeOfLost(found, where, step.error ?? LOST, ours, this.#traces(step), 1000);
      return this.#engine.end(task, { kind: 'build-ended', step: step.id, outcome });
    };
    if (task.stage === 1) {
      task.found = this.#look(step);
      if (task.found === null) return ended(null, false);
      const claim = parts.claimOfLost(task.found, this.#traces(step));
      if (claim !== 'if-planned') return ended(task.found, claim === 'ours');
      task.stage = 2;
      return true;
    }
    const there = this.#foundAt(create);
    const asPlanned = there.kind === 'equal' || (there.kind === 'incomplete' && create.only);
    return ended(task.found, asPlanned && there.oid === task.found?.oid);
  }

  #cancel(task: Task, { step, backend }: Extract<Effect, { kind: 'cancel' }>): boolean {
    const { server, clock, watcher } = this.#engine.around;
    if (task.target === null || task.target.ended) return this.#engine.end(task, { kind: 'tick' });
    if (this.#engine.seats.control.backend === null) return false;
    const target = server.find(backend);
    if (target !== null) {
      watcher.cancels(this.#engine, step, target);
      if (clock.now - task.begunAt > TERMINATE_AFTER_MS) this.#terminate(target);
      else server.cancel(target);
      return true;
    }
    // Its connection would wait for an answer that never comes.
    for (const seat of this.#engine.seats.all())
      if (seat.backend?.pid === backend.pid && seat.backend.backendStart === backend.backendStart)
        this.#engine.lose(seat);
    return false;
  }

  /** What became of a build whose engine is gone, and its backend too, from the catalog alone. */
  #endOfLost(step: StepState): BuildOutcome {
    const { parts, watcher } = this.#engine.around;
    const create = this.#createOf(step);
    const traces = this.#traces(step);
    const found = this.#look(step);
    const claim = found === null ? 'not-ours' : parts.claimOfLost(found, traces);
    const there = this.#foundAt(create);
    const asPlanned = there.kind === 'equal' || (there.kind === 'incomplete' && create.only);
    const ours = claim === 'ours' || (claim === 'if-planned' && asPlanned);
    if (found !== null && ours) watcher.claims(this.#engine, found, traces);
    return outcomeOfLost(found, { schema: 'public', name: create.name }, step.error ?? LOST, ours, traces, 1000);
  }

  #survey(task: Task): boolean {
    const { seats, around, state } = this.#engine;
    if (seats.inspect.backend === null || seats.control.backend === null) return false;
    return this.#engine.end(
      task,
      survey(around.server, state, (step) => this.#endOfLost(step)),
    );
  }

  /** An index that served queries: a drop of it that was stopped in the middle has taken it from them. */
  #isWhole(why: DropCause | undefined): boolean {
    return why === 'planned' || why === 'rollback';
  }

  /** As src/engine/dropper.ts looks right before it drops. */
  #lookBeforeDrop(step: StepState, index: Extract<Effect, { kind: 'drop' }>): Look {
    const { parts, server } = this.#engine.around;
    const { oid, why } = index;
    const own = () => parts.lookAtOwn(rowOf(server, index), this.#engine.state, index);
    if (this.#isWhole(why)) return own();
    const found = step.replaces === null ? this.#look(step) : server.look(index.name, step.replaces.table);
    const anywhere = [...server.indexes.values()].find((each) => each.oid === oid) ?? null;
    const elsewhere = found?.oid === oid ? null : anywhere;
    const verdict = parts.beforeDrop(found, oid, elsewhere);
    if (verdict.kind === 'drop' && step.replaces === null && this.#createOf(step).only) return own();
    if (verdict.kind === 'settled') return { kind: 'failed', error: ownError(verdict.why), settled: true };
    return verdict.kind === 'refused' ? notNow(verdict.why) : verdict.kind;
  }

  #drop(task: Task, effect: Extract<Effect, { kind: 'drop' }>): boolean {
    const { step: id, oid, name, why } = effect;
    const { server } = this.#engine.around;
    const { backend } = task;
    const step = this.#step(id);
    const ended = (outcome: DropOutcome) => this.#engine.end(task, { kind: 'dropped', step: id, outcome });
    const failed = (error: ErrorFacts) => {
      if (!this.#isWhole(why)) return ended({ kind: 'failed', error });
      task.error = error;
      task.stage = 2;
      return true;
    };
    if (task.stage === 2 && this.#isGone(backend) && this.#backendGone(step, this.#isUnwanted(step)) !== true)
      return false;
    if (task.stage === 2) return this.#whatIsLeft(task, id, oid, task.error ?? LOST);
    const done = () => ended({ kind: 'done', durationMs: 5, ...goneWith(server, this.#engine.state, oid) });
    if (task.stage === 0) {
      if (this.#isGone(backend)) return failed(LOST);
      if (this.#engine.seats.inspect.backend === null) return false;
      const look = this.#lookBeforeDrop(step, effect);
      if (look === 'gone') return done();
      if (look !== 'drop') return look.kind === 'kept' || look.settled ? ended(look) : failed(look.error);
      // Between the look and the drop lies one round trip: a known limit.
      const partitioned = step.step.kind === 'create-index' && step.step.only;
      this.#send(task, step, { kind: 'drop', index: name, partitioned, ...(this.#isWhole(why) ? { oid } : {}) });
      return true;
    }
    if (backend === null || !backend.client || backend.result?.kind === 'lost') return failed(LOST);
    if (backend.result === null) return false;
    return backend.result.kind === 'ok' ? done() : failed(serverError(backend.result.sqlstate));
  }

  /** What a drop that failed has left, once the catalog can be asked. */
  #whatIsLeft(task: Task, step: number, oid: number, error: ErrorFacts): boolean {
    if (this.#engine.seats.inspect.backend === null) return false;
    const { server } = this.#engine.around;
    const index = [...server.indexes.values()].find((each) => each.oid === oid);
    const standing = index?.valid === true ? 'valid' : 'invalid';
    const outcome: DropOutcome =
      index === undefined
        ? { kind: 'done', durationMs: 0, ...goneWith(server, this.#engine.state, oid) }
        : { kind: 'failed', error, standing };
    return this.#engine.end(task, { kind: 'dropped', step, outcome });
  }

  #statement(task: Task, step: StepState, sql: string | undefined): boolean {
    const { backend } = task;
    const failed = (error: ErrorFacts) =>
      this.#engine.end(task, { kind: 'statement-ended', step: step.id, outcome: { kind: 'failed', error } });
    if (task.stage === 0) {
      if (this.#isGone(backend)) return failed(LOST);
      if (step.step.kind === 'rename-index') {
        const [, from = '', to = ''] = RENAME.exec(sql ?? step.step.sql) ?? [];
        this.#send(task, step, { kind: 'rename', index: from, to });
        return true;
      }
      if (step.step.kind === 'attach-partition') {
        this.#send(task, step, { kind: 'attach', index: step.step.name, partition: step.step.partition.name });
        return true;
      }
      const table = step.step.kind === 'analyze' ? (step.step.tables[0]?.table ?? '') : '';
      this.#send(task, step, { kind: 'analyze', table });
      return true;
    }
    if (backend === null || !backend.client || backend.result?.kind === 'lost')
      return this.#backendGone(step, true) === true && failed(LOST);
    if (backend.result === null) return false;
    if (backend.result.kind === 'error') return failed(serverError(backend.result.sqlstate));
    return this.#engine.end(task, { kind: 'statement-ended', step: step.id, outcome: { kind: 'done', durationMs: 5 } });
  }

  #verify(task: Task): boolean {
    if (this.#engine.seats.inspect.backend === null) return false;
    const standing = new Set([...this.#engine.around.server.indexes.values()].map(({ oid }) => oid));
    const results = this.#engine.state.steps.flatMap(({ id, step, gone }): VerifyResult[] => {
      const removed = this.#engine.state.removed.find((index) => index.step === id);
      if (removed !== undefined) {
        const ok = !standing.has(removed.oid);
        return [{ step: id, ok, problems: ok ? [] : ['still there'], oid: removed.oid, bytes: null }];
      }
      const rebuilt = this.#engine.state.reindexed.find((index) => index.step === id);
      if (rebuilt !== undefined) return this.#verifyRebuilt(rebuilt);
      if (step.kind !== 'create-index' || gone) return [];
      const found = this.#foundAt(this.#asCalled(id, step));
      const ok = found.kind === 'equal';
      return [{ step: id, ok, problems: ok ? [] : [found.kind], oid: 'oid' in found ? found.oid : null, bytes: 8192 }];
    });
    return this.#engine.end(task, { kind: 'verified', results });
  }

  #verifyRebuilt({ step, oid: made, was, name }: RunState['reindexed'][number]): VerifyResult[] {
    const { state, around } = this.#engine;
    if (state.removed.some(({ oid }) => oid === made)) return [];
    const index = around.server.indexes.get(name);
    const ok = index?.valid === true && index.oid !== was;
    return [{ step, ok, problems: ok ? [] : ['not rebuilt'], oid: index?.oid ?? null, bytes: 8192 }];
  }

  /** Some runs, one micro step each: whatever else goes on, goes on beside them. */
  #probe(task: Task, { probe, when, attempt }: Extract<Effect, { kind: 'probe' }>): boolean {
    const { random, watcher } = this.#engine.around;
    watcher.measures(this.#engine);
    task.stage += 1;
    if (task.stage < 4) return true;
    const error = random.chance(0.05) ? serverError('42P01') : null;
    const left = when === 'after' && random.chance(attempt === 1 ? 0.3 : 0.2);
    const measurement = measurementOf(when === 'before' ? 100 : 10, left, error);
    return this.#engine.end(task, { kind: 'probed', probe, when, attempt, measurement });
  }

  #analyze(task: Task, { schema, table }: Extract<Effect, { kind: 'analyze' }>): boolean {
    const { random, watcher } = this.#engine.around;
    watcher.measures(this.#engine);
    task.stage += 1;
    if (task.stage < 3) return true;
    const error = random.chance(0.2) ? serverError('55P03') : null;
    return this.#engine.end(task, { kind: 'analyzed', table: { schema, table, durationMs: 5, error } });
  }

  #validate(task: Task, at: number): boolean {
    const validation = this.#engine.state.validations[at];
    if (validation === undefined) throw new Error(`there is no validation ${at}`);
    const { line, file, kind, sql } = validation;
    const ok = !this.#engine.around.random.chance(0.1);
    const nothing = { durationMs: 1, columns: [], rows: [], more: false, error: ok ? null : serverError('42P01') };
    return this.#engine.end(task, {
      kind: 'validated',
      result: { type: 'validation.finished', line, file, kind, sql, ok, ...nothing },
    });
  }

  #finish(task: Task, { status, reason, leftToDo }: Extract<Effect, { kind: 'finish' }>): boolean {
    const { seats } = this.#engine;
    task.stage += 1;
    if (task.stage === 1) {
      seats.closeWorking();
      return true;
    }
    seats.close(seats.lock);
    return this.#engine.end(task, { kind: 'closed', status, reason, leftToDo });
  }
}
