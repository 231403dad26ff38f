import { describe, expect, it } from 'vitest';
import {
  beforeDrop,
  claimOfFailed,
  claimOfLost,
  type IndexAt,
  leftoverOf,
  outcomeOfLost,
  outcomeOfSuccess,
  type Traces,
} from '../../src/run/index.ts';
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
    ['heard of, but somebody is at work on it', index({ building: 42 }), { ...traces, heard: true }, 'not-ours'],
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
    ['heard of, but somebody is at work on it', index({ building: 42 }), { ...traces, heard: true }, 'not-ours'],
    ['the intent alone, invalid', index(), traces, 'ours'],
    ['the intent alone, and somebody is at work on it', index({ building: 42 }), traces, 'not-ours'],
    ['the intent alone, and it backs a constraint', index({ constraint: true }), traces, 'not-ours'],
    ['the intent alone, valid: only the planned one', index({ valid: true }), traces, 'if-planned'],
  ] as const)('%s', (_, found, seen, claim) => {
    expect(claimOfLost(found, seen)).toBe(claim);
  });

  it('is built when it is ours and valid, and failed otherwise', () => {
    const error = serverError('57P01');
    expect(outcomeOfLost(index({ valid: true }), where, error, true, traces, 9)).toMatchObject({
      kind: 'built',
      oid: 7,
    });
    expect(outcomeOfLost(index({ valid: true }), where, error, false, traces, 9)).toMatchObject({ leftover: null });
    expect(outcomeOfLost(index(), where, error, true, traces, 9)).toMatchObject({ leftover: { oid: 7, ours: true } });
    expect(outcomeOfLost(null, where, error, false, traces, 9)).toMatchObject({ kind: 'failed', leftover: null });
  });
});

it('a leftover is none when the name was taken, it is valid, or somebody else builds it', () => {
  const error = serverError('57014');
  expect(leftoverOf(index(), where, error, false, traces)).toEqual({ oid: 7, ...where, ours: false });
  expect(leftoverOf(index(), where, serverError('42P07'), false, traces)).toBeNull();
  // A function in the index may have said that, and the build of it had begun.
  expect(leftoverOf(index(), where, serverError('42P07'), true, traces)).toMatchObject({ ours: true });
  expect(leftoverOf(index({ valid: true }), where, error, true, traces)).toBeNull();
  expect(leftoverOf(index({ building: 42 }), where, error, false, traces)).toBeNull();
  expect(leftoverOf(index({ building: 42 }), where, error, true, traces)).toMatchObject({ ours: true });
  // Ours, that somebody is dropping, or another's: a person has to look.
  const heard = { ...traces, heard: true };
  expect(leftoverOf(index({ building: 42 }), where, error, false, heard)).toMatchObject({ ours: false });
});

it('what the server says it made counts only if it is that: another OID is somebody else’s', () => {
  const outcome = (found: IndexAt | null, oid: number | null = 7) =>
    outcomeOfSuccess(found, where, { ...traces, oid, heard: true }, 9);
  expect(outcome(index({ valid: true }))).toEqual({ kind: 'built', oid: 7, bytes: 8192, durationMs: 9 });
  expect(outcome(index({ valid: true }), null)).toMatchObject({ kind: 'built', oid: 7 });
  expect(outcome(index({ valid: true, oid: 8 }))).toMatchObject({ kind: 'failed', leftover: null });
  expect(outcome(index({ oid: 8, building: 42 }))).toMatchObject({ kind: 'failed', leftover: null });
  expect(outcome(null)).toMatchObject({ kind: 'failed', leftover: null });
});

it.each<[string, Traces, boolean]>([
  ['by its OID', { ...traces, oid: 7 }, true],
  ['by the notice', { ...traces, heard: true }, true],
  ['not by another OID', { ...traces, oid: 8, heard: true }, false],
  ['not without a proof', traces, false],
])('what a lost commit left of a success is ours %s, and goes first', (_, known, ours) => {
  expect(outcomeOfSuccess(index(), where, known, 9)).toMatchObject({
    kind: 'failed',
    leftover: { ...where, oid: 7, ours },
  });
});

describe('before a drop', () => {
  it('goes on with the very leftover', () => {
    expect(beforeDrop(index(), 7, null)).toEqual({ kind: 'drop' });
  });

  it('has nothing to do when somebody else has dropped it, whatever stands there now', () => {
    expect(beforeDrop(null, 7, null)).toEqual({ kind: 'gone' });
    expect(beforeDrop(index({ oid: 8 }), 7, null)).toEqual({ kind: 'gone' });
  });

  it('is settled when somebody has made it valid', () => {
    expect(beforeDrop(index({ valid: true }), 7, null)).toMatchObject({ kind: 'settled' });
    expect(beforeDrop(null, 7, { valid: true })).toMatchObject({
      kind: 'settled',
      why: expect.stringContaining('another name'),
    });
  });

  it.each([
    ['it has another name', null, { valid: false }, /not under its name/],
    ['it has another name, and its own is taken', index({ oid: 8 }), { valid: false }, /not under its name/],
    ['it backs a constraint', index({ constraint: true }), null, /constraint/],
    ['somebody is at work on it', index({ building: 42 }), null, /pid 42/],
  ])('touches nothing when %s', (_, found, elsewhere, why) => {
    expect(beforeDrop(found, 7, elsewhere)).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) });
  });
});
