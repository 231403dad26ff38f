import { describe, expect, it } from 'vitest';
import { claimOfFailed, claimOfLost, type IndexAt, leftoverOf, notToDrop, outcomeOfLost } from '../../src/run/index.ts';
import { serverError } from '../support/core.ts';

const index = (more: Partial<IndexAt> = {}): IndexAt => ({
  oid: 7,
  valid: false,
  ready: false,
  building: null,
  constraint: false,
  bytes: 8192,
  ...more,
});
const traces = { oid: null, heard: false, unsent: false };
const where = { schema: 'public', name: 'a1' };

describe('the claim of an attempt that failed before our eyes', () => {
  it.each([
    ['the OID is the one that the server named', index(), { ...traces, oid: 7 }, 'ours'],
    ['the OID is another, whatever was heard', index(), { ...traces, oid: 8, heard: true }, 'not-ours'],
    ['no OID, but our session heard of it', index(), { ...traces, heard: true }, 'ours'],
    ['no word of the server', index(), traces, 'not-ours'],
  ] as const)('%s', (_, found, seen, claim) => {
    expect(claimOfFailed(found, seen)).toBe(claim);
  });
});

describe('the claim of an attempt that nobody saw ending', () => {
  it.each([
    ['the OID is the one that the server named', index({ valid: true }), { ...traces, oid: 7 }, 'ours'],
    ['the OID is another, whatever was heard', index(), { ...traces, oid: 8, heard: true }, 'not-ours'],
    ['it was never sent', index(), { ...traces, unsent: true, heard: true }, 'not-ours'],
    ['no OID, but our session heard of it', index(), { ...traces, heard: true }, 'ours'],
    ['the intent alone, invalid', index(), traces, 'ours'],
    ['the intent alone, and somebody is at work on it', index({ building: 42 }), traces, 'not-ours'],
    ['the intent alone, and it backs a constraint', index({ constraint: true }), traces, 'not-ours'],
    ['the intent alone, valid: only the planned one', index({ valid: true }), traces, 'if-planned'],
  ] as const)('%s', (_, found, seen, claim) => {
    expect(claimOfLost(found, seen)).toBe(claim);
  });

  it('is built when it is ours and valid, and failed otherwise', () => {
    const error = serverError('57P01');
    expect(outcomeOfLost(index({ valid: true }), where, error, true, 9)).toMatchObject({ kind: 'built', oid: 7 });
    expect(outcomeOfLost(index({ valid: true }), where, error, false, 9)).toMatchObject({ leftover: null });
    expect(outcomeOfLost(index(), where, error, true, 9)).toMatchObject({ leftover: { oid: 7, ours: true } });
    expect(outcomeOfLost(null, where, error, false, 9)).toMatchObject({ kind: 'failed', leftover: null });
  });
});

it('a leftover is none when the name was taken, it is valid, or somebody else builds it', () => {
  const error = serverError('57014');
  expect(leftoverOf(index(), where, error, false)).toEqual({ oid: 7, ...where, ours: false });
  expect(leftoverOf(index(), where, serverError('42P07'), true)).toBeNull();
  expect(leftoverOf(index({ valid: true }), where, error, true)).toBeNull();
  expect(leftoverOf(index({ building: 42 }), where, error, false)).toBeNull();
  expect(leftoverOf(index({ building: 42 }), where, error, true)).toMatchObject({ ours: true });
});

it.each([
  ['another OID', index({ oid: 8 }), /oid 8, not 7/],
  ['valid by now', index({ valid: true }), /valid by now/],
  ['backs a constraint', index({ constraint: true }), /constraint/],
  ['somebody is at work on it', index({ building: 42 }), /pid 42/],
])('nothing is dropped that is not the very leftover: %s', (_, found, why) => {
  expect(notToDrop(index(), 7)).toBeNull();
  expect(notToDrop(found, 7)).toMatch(why);
});
