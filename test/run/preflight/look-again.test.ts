import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/plan/types.ts';
import type { Command, Input, PreflightFacts } from '../../../src/run/index.ts';
import { Core, createIndex, factsOf, options, planOf, section, serverError } from '../../support/core.ts';

const DUMP: Finding = {
  level: 'blocks',
  code: 'dump-running',
  what: 'A backup is running: pid 7.',
  why: 'It holds a snapshot.',
  advice: 'Wait.',
  subject: 'pid 7',
};
const PLAN = planOf(section('one', [createIndex('a1', 'a'), createIndex('b1', 'b')]));
const GO: Extract<Command, { type: 'go' }> = { type: 'go', replaceInvalid: [], confirm: null };

/** A run before its go, whose engine looks as a real one does. */
class Waiting extends Core {
  constructor(first: Partial<PreflightFacts> = {}, more: Parameters<typeof options>[0] = {}) {
    super(PLAN, options(more));
    this.preflighted(first);
    this.lastLook = { at: this.now, tookMs: 0 };
    this.advance();
  }

  looked(more: Partial<PreflightFacts> = {}, tookMs = 50): void {
    this.ended({ kind: 'done', facts: factsOf(this.state, more) }, tookMs);
  }

  ended(outcome: Extract<Input, { kind: 'looked' }>['outcome'], tookMs = 50): void {
    this.lastLook = { at: this.now, tookMs };
    this.end('look', { kind: 'looked', outcome });
  }
}

const FAILED = { kind: 'failed', error: serverError('57P01', 'the administrator said so'), advice: '' } as const;

describe('looks before the go', () => {
  it('begin every ten seconds, one at a time', () => {
    const core = new Waiting();
    core.pass(9_999);
    expect(core.underWay).toEqual([]);
    core.pass(1);
    expect(core.underWay).toEqual(['look']);
    core.pass(60_000);
    expect(core.begun.filter(({ kind }) => kind === 'look')).toHaveLength(1);
    core.looked();
    core.pass(10_000);
    expect(core.begun.filter(({ kind }) => kind === 'look')).toHaveLength(2);
  });

  it('take a tenth of the time at the most, and come once a minute at the least', () => {
    const core = new Waiting();
    core.pass(10_000);
    core.looked({}, 2_000);
    core.pass(19_999);
    expect(core.underWay).toEqual([]);
    core.pass(1);
    core.looked({}, 30_000);
    core.pass(59_999);
    expect(core.underWay).toEqual([]);
    core.pass(1);
    expect(core.underWay).toEqual(['look']);
  });

  it('leave nothing in the journal when nothing has changed', () => {
    const core = new Waiting({ findings: [DUMP] });
    const before = core.events.length;
    for (let n = 0; n < 30; n++) {
      core.pass(10_000);
      core.looked({ findings: [DUMP] });
    }
    expect(core.events).toHaveLength(before);
  });

  it('open the way to the go when what blocked is gone, and close it when something else blocks', () => {
    const core = new Waiting({ findings: [DUMP] });
    expect(core.state.phase).toBe('blocked');
    core.pass(10_000);
    core.looked();
    expect(core.state.phase).toBe('ready');
    expect(core.state.checklist.cleared).toMatchObject([{ key: 'dump-running pid 7', finding: DUMP }]);
    core.pass(10_000);
    core.looked({ findings: [{ ...DUMP, subject: 'pid 9' }] });
    expect(core.state.phase).toBe('blocked');
    expect(Object.keys(core.state.checklist.appeared)).toEqual(['dump-running pid 9']);
    expect(core.command(GO)).toEqual({ ok: false, why: 'preflight blocks: mend what it names, then look again' });
    expect(core.replayed()).toEqual(core.state);
  });

  it('end a run that nobody could answer for, as a first look would', () => {
    const core = new Waiting({}, { interactive: false });
    core.pass(10_000);
    core.looked({ findings: [DUMP] });
    expect(core.inflight.get('finish')).toMatchObject({ status: 3 });
  });

  it('end with the go, and what one under way has seen counts no more', () => {
    const core = new Waiting();
    core.pass(10_000);
    expect(core.command(GO).ok).toBe(true);
    core.pass(5_000);
    // They share a session, and a build would wait for what it reads.
    expect(core.underWay).toEqual(['look']);
    core.looked({ findings: [DUMP] });
    expect(core.state.phase).toBe('running');
    expect(core.types()).not.toContain('preflight.changed');
    core.pass(600_000);
    expect(core.underWay).toEqual(['baseline']);
  });

  it('keep the go back while they come to nothing, and say so once', () => {
    const core = new Waiting();
    for (let n = 0; n < 3; n++) {
      core.pass(10_000);
      core.ended(FAILED);
    }
    expect(core.types().filter((type) => type === 'look.failed')).toHaveLength(1);
    expect(core.command(GO)).toMatchObject({ ok: false, why: expect.stringContaining('the administrator said so') });
    core.pass(10_000);
    core.looked();
    expect(core.state.checklist.failed).toBeNull();
    expect(core.command(GO).ok).toBe(true);
  });

  it('make the first look where that one could not look at all', () => {
    const core = new Core(PLAN);
    core.end('preflight', { kind: 'preflight-failed', error: serverError('08006'), advice: 'check' });
    core.lastLook = { at: core.now, tookMs: 0 };
    core.pass(10_000);
    core.end('look', { kind: 'looked', outcome: { kind: 'failed', error: serverError('08006'), advice: 'check' } });
    expect(core.types().filter((type) => type === 'preflight.failed')).toHaveLength(1);
    core.lastLook = { at: core.now, tookMs: 0 };
    core.pass(10_000);
    core.end('look', { kind: 'looked', outcome: { kind: 'done', facts: factsOf(core.state) } });
    expect(core.types().at(-1)).toBe('preflight.finished');
    expect(core.state).toMatchObject({ phase: 'ready', preflightError: null });
  });

  it('wait for an operator’s own look, and it for them', () => {
    const core = new Waiting({ findings: [DUMP] });
    core.pass(10_000);
    expect(core.command({ type: 'recheck' }).ok).toBe(true);
    expect(core.underWay).toEqual(['look']);
    core.looked();
    expect(core.state.phase).toBe('preflight');
    expect(core.underWay).toEqual(['preflight']);
    core.preflighted();
    expect(core.state.checklist.cleared).toMatchObject([{ finding: DUMP }]);
  });

  it('are no answer: a run that nobody is there for gives up all the same', () => {
    const core = new Waiting({ findings: [DUMP] }, { giveUpMs: 60_000 });
    for (let n = 0; n < 6; n++) {
      core.pass(10_000);
      if (core.state.phase === 'blocked') core.looked({ findings: [{ ...DUMP, subject: `pid ${n}` }] });
    }
    expect(core.types().filter((type) => type === 'preflight.changed').length).toBeGreaterThan(2);
    expect(core.state.abort).toMatchObject({ reason: 'nobody answered for 00:01:00' });
  });

  it('update what the go agrees to', () => {
    const core = new Waiting();
    core.pass(10_000);
    const { steps } = factsOf(core.state);
    const invalid = { kind: 'invalid', oid: 4711, definition: 'd', ready: true } as const;
    core.looked({ steps: steps.map((step) => (step.step === 1 ? { ...step, found: invalid } : step)) });
    core.command({ ...GO, replaceInvalid: [4711] });
    expect(core.state.agreed).toEqual([4711]);
  });
});
