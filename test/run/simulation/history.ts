import {
  type BuildOutcome,
  type Effect,
  type ErrorFacts,
  type ErrorPolicy,
  evolve,
  type Found,
  GATE_NAMES,
  type GateLevel,
  initialState,
  type RunState,
  type ServerIdentity,
} from '../../../src/run/index.ts';
import { Core, createIndex, factsOf, options, planOf, section, serverError } from '../../support/core.ts';

/** A small, fast generator of repeatable randomness (mulberry32). */
export const randomOf = (seed: number) => {
  let a = seed >>> 0;
  const next = (): number => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    chance: (p: number): boolean => next() < p,
    below,
    pick: <T>(list: readonly T[]): T => {
      const one = list[below(list.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
};
type Random = ReturnType<typeof randomOf>;

interface Entry {
  oid: number;
  valid: boolean;
  /** Made by a build of this run: what the server knows, whatever the run does. */
  ours: boolean;
}

const SQLSTATES = ['40P01', '55P03', '23505', '53100', '57014', '42P07', '53200', '57P01'];

const plan = () =>
  planOf(
    section('one', [createIndex('a1', 'a'), createIndex('a2', 'a'), createIndex('b1', 'b')]),
    section('two', [createIndex('c1', 'c'), createIndex('a3', 'a'), createIndex('d1', 'd')]),
  );

/**
 * One random history: a fake server that builds, fails, loses connections and keeps leftovers, operators and gates that
 * act at bad moments. After every step the rules are checked; a broken one throws.
 */
export class History {
  readonly #random: Random;
  readonly #core: Core;
  /** The fake server's catalog, by index name. */
  readonly #catalog = new Map<string, Entry>();
  readonly #foreign = new Map<string, number>();
  #oid = 1;
  #server: ServerIdentity = { system: 's', timeline: 1, startedAt: 't1', inRecovery: false, version: '18' };
  #seen = 0;
  /** The state as its events alone give it, event by event. */
  #shadow: RunState | null = null;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    const onError = this.#random.pick<ErrorPolicy>(['pause', 'skip', 'abort']);
    const jobs = 1 + this.#random.below(3);
    this.#core = new Core(plan(), options({ onError, jobs, retries: this.#random.below(4) }));
    for (const { step } of this.#core.state.steps) {
      if (step.kind !== 'create-index' || !this.#random.chance(0.15)) continue;
      const entry = { oid: this.#oid++, valid: this.#random.chance(0.5), ours: false };
      this.#catalog.set(step.name, entry);
      this.#foreign.set(step.name, entry.oid);
    }
  }

  /** Runs to the end and gives the exit status. */
  run(): number {
    const core = this.#core;
    const agreed = [...this.#foreign.values()].filter(() => this.#random.chance(0.5));
    const steps = core.state.steps.map(({ id, step }) => ({
      step: id,
      tableOid: 'table' in step ? 1000 + 'abcd'.indexOf(step.table) : null,
      found: 'name' in step ? this.#found(step.name) : null,
    }));
    core.input({ kind: 'server-seen', server: this.#server });
    core.go({ steps }, agreed);
    this.#check();
    for (let turn = 0; turn < 2_000; turn++) {
      const finish = core.inflight.get('finish');
      if (finish?.kind === 'finish') return this.#end(finish);
      this.#turn(turn);
      this.#check();
    }
    throw new Error(`the run does not end: ${core.state.phase}, under way ${core.underWay.join(', ')}`);
  }

  #turn(turn: number): void {
    const core = this.#core;
    const random = this.#random;
    const what = random.below(100);
    // Trouble stops after a while, so that every history has an end.
    const calm = turn > 400;
    if (!calm && what < 6) core.command(random.pick([{ type: 'pause' }, { type: 'continue' }] as const));
    else if (!calm && what < 10) this.#gate();
    else if (!calm && what < 12) {
      core.lockHeld = !core.lockHeld;
      core.advance();
    } else if (!calm && what < 16) this.#orderAboutStep();
    else if (!calm && what === 17) this.#changeServer();
    else if (!calm && what === 16 && random.chance(0.2)) core.command({ type: 'abort' });
    else if (what < 30) core.pass(random.below(5_000));
    else if (core.underWay.length > 0) this.#endOne(random.pick(core.underWay), calm);
    else {
      if (calm) this.#calmDown();
      core.pass(10_000);
    }
  }

  #calmDown(): void {
    const core = this.#core;
    core.lockHeld = true;
    core.input({ kind: 'server-seen', server: this.#server });
    for (const gate of core.state.gates)
      core.input({
        kind: 'gate',
        signal: { kind: 'level', gate: gate.gate, level: null, value: 0, threshold: null, reason: '' },
      });
    core.command({ type: 'continue' });
  }

  /** A restart, a failover that may lose what was written last, or a standby that answers for a while. */
  #changeServer(): void {
    const { timeline, startedAt } = this.#server;
    const change = this.#random.below(3);
    if (change === 0) this.#server = { ...this.#server, startedAt: `${startedAt}+` };
    if (change === 1) {
      this.#server = { ...this.#server, timeline: (timeline ?? 0) + 1 };
      for (const [name, entry] of this.#catalog)
        if (this.#core.state.created.some((index) => index.oid === entry.oid) && this.#random.chance(0.3)) {
          if (this.#random.chance(0.5)) this.#catalog.delete(name);
          else entry.valid = false;
        }
    }
    const seen = change === 2 ? { ...this.#server, timeline: null, inRecovery: true } : this.#server;
    this.#core.input({ kind: 'server-seen', server: seen });
  }

  #gate(): void {
    const level = this.#random.pick<GateLevel | null>(['warn', 'pause', null, null]);
    const gate = this.#random.pick([...GATE_NAMES, 'shop-errors']);
    const step = this.#random.below(this.#core.state.steps.length);
    if (this.#random.chance(0.3))
      this.#core.input({ kind: 'gate', signal: { kind: 'cancel-build', step, reason: 'r' } });
    else
      this.#core.input({ kind: 'gate', signal: { kind: 'level', gate, level, value: 1, threshold: 1, reason: 'r' } });
  }

  #orderAboutStep(): void {
    const step = this.#random.below(this.#core.state.steps.length);
    const jobs = 1 + this.#random.below(4);
    this.#core.command(
      this.#random.pick([
        { type: 'skip', step },
        { type: 'retry', step },
        { type: 'cancel-build', step },
        { type: 'set-jobs', jobs },
      ] as const),
    );
  }

  #nameOf(step: number): string {
    const found = this.#core.state.steps[step];
    if (found === undefined || !('name' in found.step)) throw new Error(`no index step ${step}`);
    return found.step.name;
  }

  #found(name: string): Found {
    const entry = this.#catalog.get(name);
    if (entry === undefined) return { kind: 'none' };
    return entry.valid
      ? { kind: 'equal', oid: entry.oid, definition: '', bytes: 1 }
      : { kind: 'invalid', oid: entry.oid, definition: '', ready: false };
  }

  #endOne(key: string, calm: boolean): void {
    const core = this.#core;
    const effect = core.inflight.get(key);
    if (effect === undefined) return;
    if (effect.kind === 'inspect')
      core.end(key, { kind: 'inspected', step: effect.step, found: this.#found(this.#nameOf(effect.step)) });
    else if (effect.kind === 'build') core.buildEnds(effect.step, this.#build(effect.step, calm));
    else if (effect.kind === 'reconcile') {
      core.inflight.delete(`cancel:${effect.step}`);
      core.end(key, { kind: 'build-ended', step: effect.step, outcome: this.#reconciled(effect.step) });
    } else if (effect.kind === 'drop') this.#drop(key, effect, calm);
    else if (effect.kind === 'recheck') this.#recheck(key, calm);
    else if (effect.kind === 'verify') {
      const results = core.state.steps.map(({ id }) => {
        const entry = this.#catalog.get(this.#nameOf(id));
        return { step: id, ok: entry?.valid === true, problems: [], oid: entry?.oid ?? null, bytes: 1 };
      });
      core.end(key, { kind: 'verified', results });
    }
  }

  #build(step: number, calm: boolean): BuildOutcome {
    const name = this.#nameOf(step);
    const there = this.#catalog.get(name);
    if (there !== undefined) return { kind: 'failed', error: serverError('42P07'), leftover: null };
    const made: Entry = { oid: this.#oid++, valid: true, ours: true };
    const cancelled = this.#core.state.steps[step]?.cancel !== null && this.#random.chance(0.8);
    if (!cancelled && (calm || this.#random.chance(0.6))) {
      this.#catalog.set(name, made);
      return { kind: 'built', oid: made.oid, bytes: 1, durationMs: 1 };
    }
    const error: ErrorFacts = serverError(cancelled ? '57014' : this.#random.pick(SQLSTATES));
    const lost = !cancelled && this.#random.chance(0.2);
    const left = this.#random.chance(0.7);
    if (left) this.#catalog.set(name, { ...made, valid: lost && this.#random.chance(0.5) });
    if (left && this.#random.chance(0.9)) this.#core.input({ kind: 'identified', step, oid: made.oid });
    if (lost) return { kind: 'lost', error };
    if (!left) return { kind: 'failed', error, leftover: null };
    return { kind: 'failed', error, leftover: { oid: made.oid, schema: 'public', name, ours: true } };
  }

  #reconciled(step: number): BuildOutcome {
    const name = this.#nameOf(step);
    const entry = this.#catalog.get(name);
    const identified = this.#core.state.steps[step]?.oid;
    if (entry?.valid && identified === entry.oid) return { kind: 'built', oid: entry.oid, bytes: 1, durationMs: 1 };
    const leftover =
      entry === undefined || entry.valid
        ? null
        : { oid: entry.oid, schema: 'public', name, ours: identified === entry.oid };
    // Not proven ours: then this run must never touch it.
    if (leftover !== null && !leftover.ours) this.#foreign.set(name, leftover.oid);
    if (entry !== undefined && !entry.valid && identified !== entry.oid) entry.ours = false;
    return { kind: 'failed', error: serverError('57P01'), leftover };
  }

  #recheck(key: string, calm: boolean): void {
    const core = this.#core;
    if (core.state.server === null) throw new Error('looked at again before anything was seen');
    const steps = core.state.steps.map(({ id, tableOid }) => ({
      step: id,
      tableOid,
      found: this.#found(this.#nameOf(id)),
    }));
    const failed = !calm && this.#random.chance(0.2);
    const outcome = failed
      ? { kind: 'failed' as const, error: serverError('42501') }
      : { kind: 'done' as const, facts: factsOf(core.state, { steps }) };
    core.end(key, { kind: 'rechecked', server: core.state.server, outcome });
  }

  #drop(key: string, effect: Extract<Effect, { kind: 'drop' }>, calm: boolean): void {
    const ok = calm || this.#random.chance(0.7);
    if (ok && this.#catalog.get(effect.name)?.oid === effect.oid) this.#catalog.delete(effect.name);
    this.#core.end(key, {
      kind: 'dropped',
      step: effect.step,
      outcome: ok ? { kind: 'done', durationMs: 1 } : { kind: 'failed', error: serverError('55P03') },
    });
  }

  /** The rules, after every step. */
  #check(): void {
    const core = this.#core;
    const building = [...core.inflight.values()].filter((effect) => effect.kind === 'build');
    const tables = building.map((effect) => core.state.steps[effect.step]?.tableOid);
    if (new Set(tables).size !== tables.length) throw new Error('two builds on one table');
    for (const effect of core.begun.slice(this.#seen)) {
      if (effect.kind !== 'drop') continue;
      const foreign = this.#foreign.get(effect.name) === effect.oid;
      if (foreign && !core.state.agreed.includes(effect.oid)) throw new Error(`dropped ${effect.name}, not ours`);
    }
    this.#seen = core.begun.length;
    // What `decide` would begin now it has begun: a second question must bring nothing new.
    if (core.decide().length > 0) throw new Error('decide does not come to rest');
    for (const event of core.events.slice(this.#shadow?.seq ?? 0)) {
      const before = this.#shadow;
      if (event.type === 'build.started' && (before === null || before.pauses.length > 0 || before.phase !== 'running'))
        throw new Error(`${event.name} was begun in ${before?.phase}, pauses: ${before?.pauses.length}`);
      if (event.type === 'build.started' && (before?.refusedServer !== null || before.recheckDue !== null))
        throw new Error(`${event.name} was begun on a server that is not known to be fit for it`);
      this.#shadow = before === null ? initialState(event) : evolve(before, event);
    }
  }

  #end(finish: Extract<Effect, { kind: 'finish' }>): number {
    const core = this.#core;
    const debris = [...this.#catalog.entries()].filter(([, entry]) => entry.ours && !entry.valid);
    if (finish.status !== 5 && debris.length > 0)
      throw new Error(`status ${finish.status}, but ${debris.map(([name]) => name).join(', ')} is invalid`);
    if (finish.status === 0 && core.state.steps.some((step) => !this.#catalog.get(this.#nameOf(step.id))?.valid))
      throw new Error('status 0 without every index');
    for (const [name, oid] of this.#foreign)
      if (!core.state.agreed.includes(oid) && this.#catalog.get(name)?.oid !== oid)
        throw new Error(`${name} was there before and is gone`);
    if (JSON.stringify(this.#shadow) !== JSON.stringify(core.state))
      throw new Error('the events do not give the state again');
    return finish.status;
  }
}
