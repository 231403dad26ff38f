import { describe, expect, it } from 'vitest';
import { statusLine } from '../../src/cli/output/status-line.ts';
import { describeEvent, type PreflightFacts, type ServerIdentity } from '../../src/run/index.ts';
import { compareServers } from '../../src/run/server.ts';
import { Core, createIndex, factsOf, options, planOf, section } from '../support/core.ts';
import { attentionOf } from '../support/ui-rows.ts';

const primary: ServerIdentity = {
  system: '77',
  timeline: 1,
  startedAt: '2026-11-23T18:00:00.000001Z',
  inRecovery: false,
  version: '18.4',
};
const restarted = { ...primary, startedAt: '2026-11-23T19:00:00.000001Z' };
const promoted = { ...primary, timeline: 2, startedAt: '2026-11-23T17:00:00.000001Z' };
const standby = { ...promoted, timeline: null, inRecovery: true };
const another = { ...primary, system: '88' };

const comment = {
  ...createIndex('a1', 'a'),
  kind: 'comment' as const,
  sql: "COMMENT ON INDEX a1 IS 'x'",
};

const onePlan = () =>
  planOf(
    section('one', [createIndex('a1', 'a'), comment, createIndex('b1', 'b')]),
    section('two', [createIndex('c1', 'c')]),
  );

/** At work on the primary: a1 is built, b1 is being built. */
const atWork = (): Core => {
  const core = new Core(onePlan(), options({ jobs: 1 }));
  core.input({ kind: 'server-seen', server: primary });
  core.go();
  core.found(2);
  core.built(2, 5002);
  core.found(0);
  core.built(0, 5000);
  core.end('statement:1', { kind: 'statement-ended', step: 1, outcome: { kind: 'done', durationMs: 1 } });
  core.found(3);
  expect(core.underWay).toEqual(['build:3']);
  return core;
};

const see = (core: Core, server: ServerIdentity) => core.input({ kind: 'server-seen', server });
const losesBuild = (core: Core) =>
  core.buildEnds(3, {
    kind: 'lost',
    error: { sqlstate: null, message: 'cut', detail: null, hint: null, context: null },
  });
const failsBuild = (core: Core, key = 'build:3') =>
  core.end(key, {
    kind: 'build-ended',
    step: 3,
    outcome: {
      kind: 'failed',
      error: { sqlstate: null, message: 'cut', detail: null, hint: null, context: null },
      leftover: null,
    },
  });
const looked = (core: Core, more: Partial<PreflightFacts> = {}, server = promoted) =>
  core.end('recheck', { kind: 'rechecked', server, outcome: { kind: 'done', facts: factsOf(core.state, more) } });
const equal = (oid: number) => ({ kind: 'equal' as const, oid, definition: '', bytes: 1 });
const there = (core: Core, a1: PreflightFacts['steps'][number]['found'], b1 = equal(5002)) =>
  factsOf(core.state).steps.map((step) => ({
    ...step,
    found: step.step === 0 ? a1 : step.step === 2 ? b1 : step.found,
  }));

const attention = (core: Core): string =>
  attentionOf(core.state, null, { status: 'connected', since: core.state.at, why: null } as never, core.now).join('\n');

const finding = (level: 'blocks' | 'warning') => ({
  level,
  code: 'standby',
  what: 'what blocks',
  why: '',
  advice: '',
});

describe('which server answers, against the one of the run', () => {
  it.each([
    ['the same', primary, 'same'],
    ['restarted', restarted, 'restarted'],
    ['a promoted copy', promoted, 'failed-over'],
    ['a standby', standby, 'in-recovery'],
    ['the former primary', { ...restarted, timeline: 0 }, 'former-primary'],
    ['another', another, 'another-server'],
    ['a standby of another', { ...another, inRecovery: true }, 'another-server'],
    ['one that does not say, started anew', { ...restarted, system: null }, 'unidentified'],
    ['one that does not say, and never ended', { ...primary, system: null }, 'same'],
  ] as const)('%s', (_, seen, change) => {
    expect(compareServers(primary, seen)).toBe(change);
  });
});

describe('a server that', () => {
  it('restarted is stated, and the run goes on', () => {
    const core = atWork();
    see(core, restarted);
    expect(core.events.at(-1)).toMatchObject({ type: 'server.changed', kind: 'restarted' });
    core.built(3);
    expect(core.underWay).toEqual(['verify']);
    // Every further session finds the same server: it is said once.
    see(core, restarted);
    expect(core.types().filter((type) => type === 'server.changed')).toHaveLength(1);
    expect(core.replayed()).toEqual(core.state);
  });

  it('failed over: nothing begins before it was looked at, after what was under way has its end', () => {
    const core = atWork();
    see(core, promoted);
    losesBuild(core);
    expect(core.underWay).toEqual(['reconcile:3']);
    failsBuild(core, 'reconcile:3');
    core.pass(60_000);
    expect(core.underWay).toEqual(['recheck']);
    expect(attention(core)).toMatch(/another server took over/);
    looked(core, { findings: [finding('warning')], steps: there(core, equal(5000)) });
    expect(core.state.preflight?.findings).toHaveLength(1);
    expect(core.underWay).toEqual(['inspect:3']);
    expect(core.types()).not.toContain('step.lost');
    expect(core.replayed()).toEqual(core.state);
  });

  it('failed over while the lock is not held is looked at once it is: else our own lock would look like a stranger’s', () => {
    const core = atWork();
    core.built(3);
    core.inflight.delete('verify');
    core.lockHeld = false;
    see(core, promoted);
    core.pass(1_000);
    expect(core.underWay).toEqual([]);
    core.lockHeld = true;
    core.pass(1_000);
    expect(core.underWay).toEqual(['recheck']);
  });

  it('failed over and lost indexes: they and what came after them are done again, and said', () => {
    const core = atWork();
    see(core, promoted);
    failsBuild(core);
    looked(core, { steps: there(core, { kind: 'none' }) });
    expect(core.events.filter((event) => event.type === 'step.lost')).toMatchObject([
      { step: 0, name: 'a1', oid: 5000, leftover: null },
      { step: 1, name: 'comment on a1' },
    ]);
    expect(core.state.created.map((index) => index.name)).toEqual(['b1']);
    expect(core.state.steps.map((step) => step.status)).toEqual(['queued', 'queued', 'done', 'queued']);
    expect(core.state.sections[0]?.finishedAt).toBeNull();
    expect(core.underWay).toEqual(['inspect:0']);
    expect(core.replayed()).toEqual(core.state);
  });

  it('knows a done index only half built: it is dropped by its OID, and built again; a stranger’s is not touched', () => {
    const core = atWork();
    see(core, promoted);
    failsBuild(core);
    const invalid = (oid: number) => ({ kind: 'invalid' as const, oid, definition: '', ready: false });
    looked(core, { steps: there(core, invalid(5000), invalid(999) as never) });
    expect(core.state.steps[0]).toMatchObject({ status: 'dropping', leftover: { oid: 5000, afterwards: 'queued' } });
    expect(core.state.steps[2]).toMatchObject({ status: 'queued', leftover: null, oid: null });
    expect(core.underWay).toEqual(['drop:0', 'inspect:2']);
  });

  it('blocks after a failover pauses the run; continue looks again', () => {
    const core = atWork();
    see(core, promoted);
    failsBuild(core);
    looked(core, { findings: [finding('blocks')], steps: there(core, equal(5000)) });
    expect(core.state.pauses).toMatchObject([{ cause: 'server', reason: expect.stringContaining('what blocks') }]);
    core.pass(60_000);
    expect(core.underWay).toEqual([]);
    expect(core.command({ type: 'continue' }).ok).toBe(true);
    expect(core.underWay).toEqual(['recheck']);
    looked(core, { steps: there(core, equal(5000)) });
    expect(core.underWay).toEqual(['inspect:3']);
  });

  it('failed over again while it was looked at is looked at again', () => {
    const core = atWork();
    see(core, promoted);
    failsBuild(core);
    see(core, { ...promoted, timeline: 3 });
    looked(core, { steps: there(core, { kind: 'none' }) }, promoted);
    expect(core.types()).not.toContain('recheck.finished');
    expect(core.underWay).toEqual(['recheck']);
  });

  it('could not be looked at pauses the run', () => {
    const core = atWork();
    see(core, promoted);
    failsBuild(core);
    const error = { sqlstate: '42501', message: 'denied', detail: null, hint: null, context: null };
    core.end('recheck', { kind: 'rechecked', server: promoted, outcome: { kind: 'failed', error } });
    expect(core.state.pauses).toMatchObject([{ cause: 'server', reason: expect.stringContaining('denied') }]);
  });

  it('failed over before an abort is looked at first: what it knows half built of ours is dropped', () => {
    const core = atWork();
    see(core, promoted);
    core.command({ type: 'abort' });
    failsBuild(core);
    expect(core.underWay).toEqual(['recheck']);
    looked(core, { steps: there(core, { kind: 'invalid', oid: 5000, definition: '', ready: false }) });
    expect(core.underWay).toEqual(['drop:0']);
    core.dropped(0);
    expect(core.inflight.get('finish')).toMatchObject({ status: 4 });
  });

  it('failed over before an abort, and could not be looked at, ends with 5 and says what is unknown', () => {
    const core = atWork();
    see(core, promoted);
    core.command({ type: 'abort' });
    failsBuild(core);
    const error = { sqlstate: '42501', message: 'denied', detail: null, hint: null, context: null };
    core.end('recheck', { kind: 'rechecked', server: promoted, outcome: { kind: 'failed', error } });
    expect(core.inflight.get('finish')).toMatchObject({ status: 5, leftToDo: [expect.stringContaining('unknown')] });
    expect(core.state.pauses).toEqual([]);
  });

  it('is a standby is waited for: nothing begins until it, or the primary, takes writes', () => {
    const core = atWork();
    see(core, standby);
    see(core, standby);
    expect(core.types().filter((type) => type === 'server.changed')).toHaveLength(1);
    failsBuild(core);
    core.pass(60_000);
    expect(core.underWay).toEqual([]);
    expect(attention(core)).toMatch(/1:00 a standby answers/);
    const view = { state: core.state, sample: null, events: core.events, link: { status: 'connected' as const } };
    expect(statusLine(view as never, core.now)).toMatch(/a standby answers.*for 00:01:00/);
    see(core, primary);
    expect(core.events.some((event) => event.type === 'server.changed' && event.kind === 'back')).toBe(true);
    expect(core.underWay).toEqual(['inspect:3']);
    see(core, standby);
    see(core, promoted);
    expect(core.state).toMatchObject({ refusedServer: null, server: promoted });
    expect(core.state.recheckDue).not.toBeNull();
    expect(core.replayed()).toEqual(core.state);
  });

  it('is another one pauses the run, which can only be aborted, and ends with 5 when a build was left on the other', () => {
    const core = atWork();
    see(core, another);
    losesBuild(core);
    expect(core.state.pauses).toMatchObject([{ cause: 'server', reason: expect.stringContaining('another server') }]);
    const reply = core.command({ type: 'continue' });
    expect(reply).toMatchObject({ ok: false, why: expect.stringContaining('abort') });
    core.slots = [];
    core.command({ type: 'abort' });
    expect(core.inflight.get('finish')).toMatchObject({ status: 5 });
  });

  it('is another one again lets the operator continue once the right one answers, which is looked at first', () => {
    const core = atWork();
    see(core, another);
    failsBuild(core);
    see(core, primary);
    core.pass(60_000);
    expect(core.underWay).toEqual([]);
    expect(core.command({ type: 'continue' }).ok).toBe(true);
    expect(core.underWay).toEqual(['recheck']);
  });

  it('is another one before go ends the run with nothing changed', () => {
    const core = new Core(onePlan());
    see(core, primary);
    core.preflighted();
    see(core, another);
    expect(core.inflight.get('finish')).toMatchObject({
      status: 4,
      reason: expect.stringContaining('nothing was changed'),
    });
  });
});

it('says every change in words', () => {
  const core = atWork();
  for (const server of [restarted, standby, promoted, another]) see(core, server);
  const said = core.events.filter((event) => event.type.startsWith('server.')).map((event) => describeEvent(event));
  expect(said).toEqual([
    expect.stringMatching(/18.4, timeline 1, system 77/),
    expect.stringMatching(/RESTARTED/),
    expect.stringMatching(/STANDBY/),
    expect.stringMatching(/FAILED OVER, from timeline 1 to 2/),
    expect.stringMatching(/ANOTHER SERVER/),
  ]);
});
