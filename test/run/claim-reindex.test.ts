import { describe, expect, it } from 'vitest';
import {
  type AfterReindex,
  type NamedAt,
  outcomeOfReindex,
  ownError,
  type ReindexEnd,
  type ReindexTraces,
  type ReplacedIndex,
} from '../../src/run/index.ts';
import { mayBeNewOf } from '../../src/run/reindex.ts';

const OLD = 700;
const NEW = 800;
const TAIL = ' USING btree (a)';

const replaces: ReplacedIndex = {
  ...{ oid: OLD, schema: 'public', name: 'i', tableOid: 1000, table: 'a', valid: true, bytes: 16_384 },
  definition: `CREATE INDEX i ON public.a${TAIL}`,
  others: [{ oid: 600, name: 'i_ccnew' }],
};

const at = (oid: number, name: string, more: Partial<NamedAt> = {}): NamedAt => ({
  ...{
    oid,
    name,
    schema: 'public',
    valid: false,
    ready: false,
    building: null,
    constraint: false,
    bytes: 8192,
    tail: TAIL,
  },
  ...more,
});

const FOREIGN = at(600, 'i_ccnew');

/** As it was before: the index, and what somebody else left beside it. */
const asBefore: AfterReindex = {
  named: at(OLD, 'i', { valid: true }),
  old: at(OLD, 'i', { valid: true }),
  invalid: [FOREIGN],
};

/** The new index is begun, and has not the name yet. */
const half: AfterReindex = { ...asBefore, invalid: [FOREIGN, at(NEW, 'i_ccnew1')] };

/** The new index has the name, and the old one is still there. */
const swapped: AfterReindex = {
  named: at(NEW, 'i', { valid: true }),
  old: at(OLD, 'i_ccold'),
  invalid: [FOREIGN],
};

const none: ReindexTraces = { oid: null, heard: null, unsent: false };
const byOid: ReindexTraces = { ...none, oid: NEW };

const outcome = (after: AfterReindex, traces: ReindexTraces, end: ReindexEnd) =>
  outcomeOfReindex(after, replaces, traces, end, { error: ownError('it failed'), durationMs: 5 });

describe('what became of a rebuild', () => {
  it('the name stands for a new valid index: it is done, and the old one is to be dropped if it is still there', () => {
    for (const end of ['done', 'failed', 'lost'] as const)
      expect(outcome(swapped, byOid, end)).toMatchObject({
        kind: 'built',
        oid: NEW,
        replaced: { oid: OLD, bytes: 16_384 },
        leftover: { oid: OLD, name: 'i_ccold', ours: true },
      });
    expect(outcome({ ...swapped, old: null }, byOid, 'done')).not.toHaveProperty('leftover');
    // Somebody has made it valid: it is no leftover.
    expect(outcome({ ...swapped, old: at(OLD, 'i_ccold', { valid: true }) }, byOid, 'done')).not.toHaveProperty(
      'leftover',
    );
  });

  it('the name stands for the same index as before: it is not done, and what it began is told by its OID', () => {
    for (const end of ['done', 'failed', 'lost'] as const) {
      expect(outcome(half, byOid, end)).toMatchObject({
        kind: 'failed',
        leftover: { oid: NEW, name: 'i_ccnew1', ours: true },
      });
      expect(outcome(asBefore, byOid, end)).toMatchObject({ kind: 'failed', leftover: null });
    }
  });

  it('what was there before is never this run’s, whatever it is called', () => {
    for (const traces of [none, byOid, { ...none, heard: 'i_ccnew' }])
      for (const end of ['failed', 'lost'] as const)
        expect(outcome(asBefore, traces, end)).toMatchObject({ kind: 'failed', leftover: null });
  });

  it('without an OID the server’s word of the name counts, unless somebody is at work on it', () => {
    const heard = { ...none, heard: 'i_ccnew1' };
    expect(outcome(half, heard, 'failed')).toMatchObject({ leftover: { oid: NEW, ours: true } });
    const busy = { ...half, invalid: [FOREIGN, at(NEW, 'i_ccnew1', { building: 12 })] };
    expect(outcome(busy, heard, 'failed')).toMatchObject({ leftover: null });
    expect(outcome(swapped, heard, 'failed')).toMatchObject({ kind: 'built', oid: NEW });
    const another = { ...swapped, named: at(NEW, 'i', { valid: true, tail: ' USING btree (b)' }) };
    expect(outcome(another, heard, 'failed')).toMatchObject({ kind: 'failed' });
  });

  it('with neither, what looks like it is in doubt before our eyes, and ours where its end was not seen', () => {
    expect(outcome(half, none, 'failed')).toMatchObject({ leftover: { oid: NEW, ours: false } });
    expect(outcome(half, none, 'lost')).toMatchObject({ leftover: { oid: NEW, ours: true } });
    const two = { ...half, invalid: [...half.invalid, at(801, 'i_ccnew2')] };
    expect(outcome(two, none, 'lost')).toMatchObject({ leftover: { ours: false } });
    const other = { ...asBefore, invalid: [at(NEW, 'i_ccnew1', { tail: ' USING btree (b)' }), at(801, 'j_ccnew')] };
    expect(outcome(other, none, 'lost')).toMatchObject({ leftover: null });
    expect(outcome(swapped, none, 'lost')).toMatchObject({ kind: 'built', unwatched: true });
    // Before our eyes, and the server never said that it began: somebody else has rebuilt it.
    expect(outcome(swapped, none, 'failed')).toMatchObject({ kind: 'failed' });
  });

  it('beside an old index that was replaced, one that is not finished is in doubt, and the old one can go', () => {
    // Somebody builds one under the passing name, which was free again once the new index had its own.
    const both = { ...swapped, invalid: [FOREIGN, at(801, 'i_ccnew1')] };
    for (const traces of [none, { ...none, heard: 'i_ccnew1' }])
      expect(outcome(both, traces, 'lost')).toMatchObject({
        kind: 'failed',
        leftover: { oid: OLD, name: 'i_ccold', ours: true, besides: { oid: 801, name: 'i_ccnew1' } },
      });
    expect(outcome(both, byOid, 'lost')).toMatchObject({ kind: 'built', oid: NEW, leftover: { oid: OLD } });
  });

  it('what was not sent has left nothing, and done nothing', () => {
    const unsent = { ...none, unsent: true };
    expect(outcome(half, unsent, 'lost')).toMatchObject({ kind: 'failed', leftover: null });
    expect(outcome(swapped, unsent, 'lost')).toMatchObject({ kind: 'failed', leftover: null });
  });

  it('another index of the name than the one that the server was making is somebody else’s', () => {
    const other = { ...swapped, named: at(900, 'i', { valid: true }) };
    for (const end of ['done', 'failed', 'lost'] as const)
      expect(outcome(other, byOid, end)).toMatchObject({ kind: 'failed' });
  });

  it.each([
    ['i', 'i_ccnew', true],
    ['i', 'i_ccnew12', true],
    ['a'.repeat(63), `${'a'.repeat(57)}_ccnew`, true],
    ['i', 'j_ccnew', false],
    ['i', 'i_ccold', false],
    ['i', '_ccnew', false],
    ['i', 'i_ccnew_x', false],
  ])('the new index of %s may be called %s: %s', (name, candidate, may) => {
    expect(mayBeNewOf(name, candidate)).toBe(may);
  });
});
