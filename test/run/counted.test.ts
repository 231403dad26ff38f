import { expect, test } from 'vitest';
import { statusLine } from '../../src/cli/output/status-line.ts';
import { makeReport } from '../../src/report/index.ts';
import { describeEvent, partMark, type RunEvent, type VerifyResult, wayBack } from '../../src/run/index.ts';
import { judgeVerify } from '../../src/run/verify/judge.ts';
import { progressRow } from '../../src/ui/model/header.ts';
import { rowText } from '../../src/ui/model/row.ts';
import { summaryLines } from '../../src/ui/model/summary.ts';
import type { Core } from '../support/core.ts';
import { build, completed } from '../support/parts.ts';
import { surveyOf } from '../support/survey.ts';
import { runningStory } from '../support/ui-events.ts';

const result = (step: number, more: Partial<VerifyResult> = {}): VerifyResult => ({
  step,
  ok: true,
  problems: [],
  oid: 100 + step,
  bytes: 8192,
  ...more,
});

/** Two indexes of the plan, one of them of a partitioned table with two parts, and one that the plan dropped. */
const results = (more: Partial<VerifyResult> = {}): VerifyResult[] => [
  result(0, { bytes: null, partitioned: true }),
  result(1),
  result(2, { bytes: null, dropped: true, ...more }),
  // The ON ONLY that makes the first.
  result(5, { bytes: null, partitioned: true, oid: 100 }),
  result(3, { part: true }),
  result(4, { part: true }),
];

const verified = (found: VerifyResult[], difference = 0): RunEvent[] =>
  runningStory().add({
    type: 'verify.finished',
    ok: found.every(({ ok }) => ok),
    results: found,
    verdict: 'pass',
    rule: 'as planned',
    critical: [],
    counts: {
      before: { indexes: 10, idxIndexes: 5 },
      after: { indexes: 10 + difference, idxIndexes: 5 + difference },
      difference: { indexes: difference, idxIndexes: difference },
    },
  }).events;

const said = (events: readonly RunEvent[]): string => describeEvent(events.at(-1) as RunEvent);
const checksOf = (events: readonly RunEvent[]) =>
  Object.fromEntries(
    (makeReport(events, { keepLiterals: false })?.checks ?? []).map(({ code, result, detail }) => [
      code,
      [result, detail],
    ]),
  );

test('what the plan dropped is no index that is there, and parts are counted apart', () => {
  expect(said(verified(results()))).toBe(
    'verified: 2 indexes and 2 parts on partitions, all there, valid, and as planned; 1 that the plan dropped, gone; 0 more named idx_ than before',
  );
  expect(said(verified([result(2, { dropped: true, bytes: null })]))).toBe(
    'verified: 1 that the plan dropped, gone; 0 more named idx_ than before',
  );
  expect(said(verified(results({ ok: false })))).toContain('FAILED for 1 of 1 index that the plan dropped');
  expect(said(verified([...results(), result(6, { ok: false, part: true })]))).toContain(
    'FAILED for 1 of 3 parts on partitions',
  );
  expect(judgeVerify(results({ ok: false }), [], null, {}).rule).toBe(
    'every one of the 2 planned indexes and their 2 parts on partitions must be verified, and the 1 that the plan dropped be gone: 1 is not',
  );
});

test('an index without storage of its own, or one that is gone, is not one without a size', () => {
  const { indexes, drops, sizes } = checksOf(verified(results()));
  expect(indexes).toEqual(['ok', '2 of 2, and 2 of 2 parts on partitions']);
  expect(drops).toEqual(['ok', '1 of 1 index']);
  expect(sizes).toEqual(['ok', '24 kB in all']);
  const failed = checksOf(verified(results({ ok: false })));
  expect([failed.indexes?.[0], failed.drops]).toEqual(['ok', ['failed', '0 of 1 index']]);
});

test('fewer than before are not called more', () => {
  expect(checksOf(verified(results(), -1)).count?.[1]).toBe('1 fewer named idx_: as planned');
});

/** One index of a partitioned table with three parts, and one of a plain table, about to be rolled back. */
const asked = (): Core => {
  const core = completed();
  build(core, 1);
  core.command({ type: 'survey' });
  core.end('survey', {
    kind: 'surveyed',
    ended: [],
    survey: surveyOf(core, ({ step }) => partMark(core.state, step)),
  });
  return core;
};

test('a rollback counts what the plan counts, and says where parts are meant', () => {
  const core = asked();
  const sampled = { state: core.state, sample: null, link: { status: 'connected', why: null, since: '' } } as const;
  expect(said(core.events)).toContain('would drop 2 indexes and 3 parts on partitions, 40 kB in all');
  const oids = core.state.created.map(({ oid }) => oid);
  core.command({ type: 'roll-back', oids, all: false, confirm: core.state.database.database });
  expect(said(core.events.filter(({ type }) => type === 'rollback.started'))).toContain(
    '2 indexes and 3 parts on partitions to be dropped',
  );
  expect(wayBack(core.state)?.[0]).toBe('dropped 0/2, parts 0/3');
  core.end('drop:4', {
    kind: 'dropped',
    step: 4,
    outcome: { kind: 'done', durationMs: 1, with: [5002, 5003, 5005] },
  });
  core.dropped(1);
  core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [] });
  const { status, reason, leftToDo } = core.inflight.get('finish') as { status: 0; reason: string; leftToDo: string[] };
  core.end('finish', { kind: 'closed', status, reason, leftToDo });
  const { state } = core;
  expect(rowText(progressRow(state, null, core.now, 80))).toMatch(/^ dropped 2\/2, parts 3\/3 {2}jobs 2/);
  expect(statusLine({ ...sampled, state } as never, core.now)).toMatch(/ {2}dropped 2\/2, parts 3\/3/);
  expect(state.outcome?.reason).toMatch(/^rolled back: 2 indexes and 3 parts on partitions dropped/);
  const [, counts] = summaryLines(state);
  expect(counts).toBe('0 indexes built, 2 dropped again.');
  expect(makeReport(core.events, { keepLiterals: false })?.message).toContain(
    '2 indexes and 3 parts on partitions dropped.',
  );
});
