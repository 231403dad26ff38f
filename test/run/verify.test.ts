import { describe, expect, it } from 'vitest';
import type { ListedIndex, VerifyResult } from '../../src/run/index.ts';
import { judgeVerify } from '../../src/run/verify/judge.ts';
import { Core, createIndex, options, planOf, section } from '../support/core.ts';

const results = (...oks: boolean[]): VerifyResult[] =>
  oks.map((ok, step) => ({ step, ok, problems: ok ? [] : ['gone'], oid: step, bytes: 1 }));
const listed = (...names: string[]): ListedIndex[] =>
  names.map((name, oid) => ({ oid, schema: 'menu', name: name.replace('!', ''), valid: !name.endsWith('!') }));
const before = { indexes: 2, idxIndexes: 1 };
const present = listed('pk', 'idx_old', 'idx_a', 'idx_b');

describe('what the counts, the thresholds and the critical indexes say', () => {
  it('before, after, and the difference', () => {
    expect(judgeVerify(results(true), present, before, {}).counts).toEqual({
      before,
      after: { indexes: 4, idxIndexes: 3 },
      difference: { indexes: 2, idxIndexes: 2 },
    });
    expect(judgeVerify(results(true), present, null, {}).counts).toBeNull();
  });

  it.each([
    ['all planned', results(true, true), {}, 'pass', /every one of the 2 planned indexes must be verified: all are/],
    ['one is not', results(true, false), {}, 'fail', /1 is not/],
    ['over pass', results(true), { thresholds: { pass: 2, review: 1 } }, 'pass', /at least 2 more .* it is 2/],
    ['between', results(true), { thresholds: { pass: 3, review: 2 } }, 'review', /2 are to be reviewed/],
    ['under review', results(true), { thresholds: { pass: 5, review: 3 } }, 'fail', /it is 2/],
    ['over pass, and one is not', results(false), { thresholds: { pass: 1, review: 1 } }, 'fail', /1 is not/],
    ['critical ones', results(true), { critical: ['idx_a', 'menu.idx_b'] }, 'pass', /all are/],
    ['a critical one is missing', results(true), { critical: ['idx_c'] }, 'fail', /idx_c: it is not there/],
    ['in another schema', results(true), { critical: ['other.idx_a'] }, 'fail', /other.idx_a: it is not there/],
  ] as const)('%s', (_, found, chosen, verdict, rule) => {
    const judged = judgeVerify(found, present, before, chosen);
    expect(judged.verdict).toBe(verdict);
    expect(judged.rule).toMatch(rule);
  });

  it('a critical one that is not valid counts as missing', () => {
    expect(judgeVerify(results(true), listed('idx_a!'), before, { critical: ['idx_a'] })).toMatchObject({
      verdict: 'fail',
      critical: [{ name: 'idx_a', ok: false, problem: expect.stringContaining('not valid') }],
    });
  });

  it('without a baseline thresholds cannot be passed', () => {
    expect(judgeVerify(results(true), present, null, { thresholds: { pass: 0, review: 0 } })).toMatchObject({
      verdict: 'fail',
      rule: expect.stringContaining('is not known'),
    });
  });
});

describe('a run that is verified', () => {
  const verified = (more: Parameters<typeof options>[0]) => {
    const core = new Core(planOf(section('one', [createIndex('a1', 'a')])), options(more));
    core.go();
    core.found(0);
    core.built(0);
    core.end('verify', { kind: 'verified', results: results(true), present: listed('idx_x', 'a1') });
    return core;
  };

  it('passes with what was asked', () => {
    const core = verified({});
    expect(core.begun.at(-1)).toMatchObject({ kind: 'finish', status: 0 });
    expect(core.state.verify).toMatchObject({ ok: true, verdict: 'pass', critical: [] });
  });

  it('does not when it is to be reviewed, nor when it fails', () => {
    const review = verified({ thresholds: { pass: 2, review: 1 } });
    expect(review.state.verify).toMatchObject({ ok: false, verdict: 'review' });
    expect(review.begun.at(-1)).toMatchObject({
      kind: 'finish',
      status: 1,
      reason: expect.stringMatching(/to be reviewed/),
    });
    const fail = verified({ critical: ['b1'] });
    expect(fail.begun.at(-1)).toMatchObject({ status: 1, reason: expect.stringContaining('verification failed') });
  });
});
