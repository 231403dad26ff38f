import { expect, test } from 'vitest';
import { CODES, waiveFindings } from '../../../src/plan/findings/index.ts';
import type { Finding } from '../../../src/plan/types.ts';

const blocking = (code: string): Finding => ({ level: 'blocks', code, what: 'x', why: '', advice: '' });

test('what is ignored and may be waived stays as a warning that is marked', () => {
  expect(waiveFindings([blocking('dump-running'), blocking('matches')], ['dump-running'])).toEqual([
    { ...blocking('dump-running'), level: 'warning', waived: true },
    blocking('matches'),
  ]);
});

test('what cannot be waived blocks whatever a run’s options name', () => {
  const fixed = [...CODES].flatMap(([code, { waiver }]) => (waiver?.may === false ? [blocking(code)] : []));
  expect(fixed.length).toBeGreaterThan(20);
  expect(waiveFindings(fixed, [...CODES.keys()])).toEqual(fixed);
  expect(waiveFindings([blocking('of-another-version')], ['of-another-version'])).toEqual([
    blocking('of-another-version'),
  ]);
});

test('a finding that does not block is none to be waived', () => {
  const ok: Finding = { level: 'ok', code: 'matches', what: 'x', why: '', advice: '' };
  expect(waiveFindings([ok], ['matches'])).toEqual([ok]);
});
