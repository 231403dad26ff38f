import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/plan/types.ts';
import type { PreflightFacts } from '../../../src/run/index.ts';
import { changedFacts, preflightChange } from '../../../src/run/preflight/change.ts';
import { findingKeys, findingsByKey } from '../../../src/run/preflight/keys.ts';

const LONG = Number.POSITIVE_INFINITY;

const found = (level: Finding['level'], code: string, more: Partial<Finding> = {}): Finding => ({
  level,
  code,
  what: `${code} is so`,
  why: '',
  advice: '',
  ...more,
});

const facts = (findings: Finding[], more: Partial<PreflightFacts> = {}): PreflightFacts => ({
  findings,
  server: { version: '18.4', versionNum: 180004, startedAt: null, superuser: false, monitor: true },
  tables: [],
  steps: [],
  settings: [],
  ...more,
});

const old = (age: string, pid = 7) =>
  found('warning', 'old-transaction', { subject: `pid ${pid}`, what: `A transaction is ${age} old: pid ${pid}` });

describe('what findings are called', () => {
  it('goes by code, index and subject, and not by their texts', () => {
    const place = { file: 'plan.sql', line: 3, column: 1 };
    expect(
      findingKeys([
        old('00:01:00'),
        old('00:01:00', 8),
        found('note', 'default-name', { index: 'i', place }),
        found('note', 'default-name', { index: 'i', place }),
        found('warning', 'table-locked', { index: 'i', place, subject: 'public.t' }),
      ]),
    ).toEqual([
      'old-transaction pid 7',
      'old-transaction pid 8',
      'default-name i plan.sql:3',
      'default-name i plan.sql:3 #2',
      'table-locked i public.t',
    ]);
  });
});

describe('what a look found changed', () => {
  it('is nothing when all is as it was', () => {
    expect(preflightChange(facts([old('00:01:00')]), facts([old('00:01:00')]), LONG)).toBeNull();
  });

  it('is nothing when an age alone has grown, for a minute; then the new text', () => {
    const [before, now] = [facts([old('00:01:00')]), facts([old('00:01:10')])];
    expect(preflightChange(before, now, 59_999)).toBeNull();
    expect(preflightChange(before, now, 60_000)).toMatchObject({ cleared: [], added: [], findings: [old('00:01:10')] });
  });

  it('is nothing, however long, when only numbers of what is in order have moved', () => {
    const room = (n: number) => found('ok', 'connection-headroom', { what: `${n} connections are free.` });
    expect(preflightChange(facts([room(90)]), facts([room(12)]), LONG)).toBeNull();
  });

  it('names what went and what came, at once', () => {
    const change = preflightChange(facts([old('00:01:00')]), facts([found('blocks', 'dump-running')]), 0);
    expect(change).toMatchObject({
      cleared: [{ key: 'old-transaction pid 7', code: 'old-transaction', level: 'warning', gone: true }],
      added: ['dump-running'],
      findings: [{ code: 'dump-running' }],
    });
  });

  it('takes one that stands in the way no more for cleared, and one that does from now on for new', () => {
    const [busy, quiet] = [found('warning', 'active-connections'), found('ok', 'active-connections')];
    expect(preflightChange(facts([busy]), facts([quiet]), 0)).toMatchObject({
      cleared: [{ key: 'active-connections', gone: false }],
      added: [],
    });
    expect(preflightChange(facts([quiet]), facts([busy]), 0)).toMatchObject({
      cleared: [],
      added: ['active-connections'],
      findings: [busy],
    });
  });

  it('holds the steps whose index is another one now, and not their sizes', () => {
    const at = (bytes: number, oid = 5) => ({
      step: 0,
      tableOid: 1,
      found: { kind: 'equal' as const, oid, definition: 'd', bytes },
    });
    const [before, grown] = [facts([], { steps: [at(8192)] }), facts([], { steps: [at(16_384)] })];
    expect(preflightChange(before, grown, LONG)).toBeNull();
    expect(preflightChange(before, facts([], { steps: [at(8192, 6)] }), 0)).toMatchObject({ steps: [at(8192, 6)] });
  });

  it('leads from any look to any other', () => {
    const level = fc.constantFrom<Finding['level']>('ok', 'note', 'warning', 'blocks');
    const finding = fc
      .record({ level, code: fc.constantFrom('a', 'b', 'c'), pid: fc.integer({ min: 1, max: 3 }), text: fc.string() })
      .map(({ level, code, pid, text }) => found(level, code, { subject: `pid ${pid}`, what: text }));
    const kind = fc.constantFrom('none' as const, 'no' as const);
    const steps = fc.array(kind, { minLength: 2, maxLength: 2 }).map((kinds) =>
      kinds.map((each, step) => ({
        step,
        tableOid: 1,
        found: each === 'none' ? { kind: each } : { kind: 'no-table' as const, message: 'gone' },
      })),
    );
    const look = fc.record({ findings: fc.array(finding, { maxLength: 8 }), steps });
    fc.assert(
      fc.property(look, look, (a, b) => {
        const [before, now] = [facts(a.findings, { steps: a.steps }), facts(b.findings, { steps: b.steps })];
        const change = preflightChange(before, now, LONG);
        const after = change === null ? before : changedFacts(before, change);
        expect(after.steps).toEqual(now.steps);
        const [told, seen] = [findingsByKey(after.findings), findingsByKey(now.findings)];
        expect([...told.keys()].sort()).toEqual([...seen.keys()].sort());
        for (const [key, each] of seen) {
          expect(told.get(key)?.level).toBe(each.level);
          // Texts of what is in order may be of before.
          if (change !== null || each.level === 'blocks') expect(told.get(key)).toEqual(each);
        }
      }),
    );
  });
});
