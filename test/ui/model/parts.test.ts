import { expect, test } from 'vitest';
import type { RunState } from '../../../src/run/index.ts';
import { progressRows } from '../../../src/ui/model/progress.ts';
import { outcomeOf } from '../../../src/ui/model/result.ts';
import { serverError } from '../../support/core.ts';
import { attached, build, made, started } from '../../support/parts.ts';

const rowsOf = (state: RunState, width: number): string[] =>
  progressRows(
    { state, sample: null, now: Date.parse(state.at), folds: {}, cursor: null, focused: false },
    width,
    20,
  ).rows.map((row) =>
    row
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );

test.each([76, 156])('an index on a partitioned table stands above what it is made of, at %i columns', (width) => {
  const core = made();
  const rows = rowsOf(core.state, width);
  expect(rows).toHaveLength(10);
  expect(rows[0]).toContain('one');
  expect(rows[1]).toMatch(/^ {3}\S i {2,}5\/7 parts/);
  expect(rows.join('\n')).toContain('  i (ON ONLY)');
  expect(rows.join('\n')).toContain('  attach p1_i');
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(width);
});

test('its parts are folded away when it is whole', () => {
  const core = made();
  for (const step of [7, 8]) attached(core, step);
  core.end('complete:0', {
    kind: 'completed',
    step: 0,
    found: { kind: 'equal', oid: 5004, definition: '', bytes: 0 },
    parts: [],
    tables: [],
  });
  // Opened by hand: its section is done.
  const { rows } = progressRows(
    {
      state: core.state,
      sample: null,
      now: Date.parse(core.state.at),
      folds: { 0: true },
      cursor: null,
      focused: false,
    },
    100,
    20,
  );
  const text = rows.map((row) => row.map((one) => one.text).join('')).join('\n');
  expect(text).toMatch(/ i +built/);
  expect(text).not.toContain('p1_i');
});

test('one that lacks a part is said to have failed, and why', () => {
  const core = started({ onError: 'skip' });
  core.found(2);
  core.buildEnds(2, { kind: 'failed', error: serverError('23505', 'not unique'), leftover: null });
  build(core, 3);
  expect(rowsOf(core.state, 100).join('\n')).toMatch(/ i +lacks a part: 1\/7 parts/);
  const [whole] = core.state.steps;
  if (whole === undefined) throw new Error('no step');
  expect(outcomeOf(core.state, whole)).toMatchObject({
    good: false,
    text: expect.stringContaining('something that it needs'),
  });
});

test('an attach of an index that a rollback has dropped is said to be gone, and not to be done', () => {
  const core = made();
  attached(core, 7);
  const outcomeIn = (state: RunState): string => {
    const attach = state.steps[7];
    if (attach === undefined) throw new Error('no step');
    return outcomeOf(state, attach).text;
  };
  expect(outcomeIn(core.state)).toMatch(/^done/);
  const steps = core.state.steps.map((step) =>
    step.step.kind === 'create-index' ? { ...step, status: 'dropped' as const } : step,
  );
  expect(outcomeIn({ ...core.state, steps })).toBe('gone with its index');
});
