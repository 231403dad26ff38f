import { describe, expect, it } from 'vitest';
import type { CreateIndexStep, RenameIndexStep } from '../../../src/plan/types.ts';
import { footerRow } from '../../../src/ui/model/footer.ts';
import { liveHeading } from '../../../src/ui/model/live.ts';
import { outcomeOf, resultRows, tally } from '../../../src/ui/model/result.ts';
import { rowText } from '../../../src/ui/model/row.ts';
import { Core, createIndex, options, planOf, section } from '../../support/core.ts';
import { runningStory, sample } from '../../support/ui-events.ts';
import { stateOf } from '../../support/ui-press.ts';

const create: CreateIndexStep = createIndex('idx_new_ab12cd', 'a', { replaces: 'idx' });
const rename: RenameIndexStep = {
  ...{ file: 'plan.sql', line: 1, column: 1, settings: [], searchPath: null },
  kind: 'rename-index',
  sql: 'ALTER INDEX public.idx_new_ab12cd RENAME TO idx',
  schema: 'public',
  table: 'a',
  from: create.name,
  name: 'idx',
};

/** The new index is built, and has not got its name yet. */
const replaced = (): Core => {
  const core = new Core(planOf(section('one', [create, rename])), options());
  core.go();
  core.found(0);
  core.built(0);
  return core;
};

const named = ({ state }: Core): string[] => state.steps.map((step) => outcomeOf(state, step).name);

describe('an index that takes another one’s place', () => {
  it('is told of by its planned name once it has got it, and by the passing one until then', () => {
    const core = replaced();
    expect(named(core)).toEqual(['idx_new_ab12cd', 'rename to idx']);
    core.found(1, { kind: 'to-rename', oid: 5000, schema: 'public', name: create.name, taken: null });
    core.end('statement:1', { kind: 'statement-ended', step: 1, outcome: { kind: 'done', durationMs: 1 } });
    expect(core.state.created.map(({ name }) => name)).toEqual(['idx']);
    expect(named(core)).toEqual(['idx', 'rename to idx']);
  });
});

it('the head of the live numbers says that the run has ended, not that they are stale', () => {
  const at = Date.parse('2026-11-23T19:00:00Z');
  const headings = (['running', 'finished'] as const).map((phase) =>
    [sample(at), null].map((reading) => liveHeading({ phase }, reading, at + 45_000)),
  );
  expect(headings).toEqual([
    ['stale: no reading for 45s', 'no reading yet'],
    ['the run has ended', 'the run has ended'],
  ]);
});

describe('after a rollback', () => {
  const rolledBack = () => {
    const story = runningStory();
    const oids = stateOf(story).created.map(({ oid }) => oid);
    story.add({ type: 'rollback.started', oids, all: true, by: 'ben' });
    for (const { step, oid, name } of stateOf(story).created)
      story.add({ type: 'index.dropped', step, oid, name, schema: 'menuca_v3', durationMs: 1, why: 'rollback' });
    const { rollback } = stateOf(story);
    story.add({
      type: 'rollback.finished',
      dropped: rollback?.dropped ?? [],
      left: [],
      differences: { added: [], missing: [], changed: [] },
    });
    return story.add({
      type: 'run.finished',
      status: 0,
      reason: `rolled back: ${'all of it, '.repeat(12)}`,
      leftToDo: [],
    });
  };

  it('nothing stays of the run where nothing is left, and nothing of what is said is cut off', () => {
    const state = stateOf(rolledBack());
    expect(state.created).toEqual([]);
    const rows = resultRows(state, 80).map(rowText);
    expect(rows.every((text) => text.length <= 80)).toBe(true);
    const text = rows.join(' ').replaceAll(/ +/g, ' ');
    expect(text).toContain('all of it, '.repeat(12).trim());
    expect(text).toContain(`${tally(state)}`);
    expect(text).toMatch(/the catalog is as before the run(?!,)/);
  });

  it('D is not offered when there is nothing to be dropped', () => {
    const about = {
      phase: 'finished',
      role: 'operator',
      failed: false,
      building: false,
      paused: false,
      waiting: false,
    } as const;
    const keys = (droppable: boolean) => rowText(footerRow({ ...about, droppable }, 80));
    expect([keys(true), keys(false)].map((text) => text.includes('D drop'))).toEqual([true, false]);
  });
});
