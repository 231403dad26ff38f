import { describe, expect, it } from 'vitest';
import type { CommentStep, RenameIndexStep } from '../../src/plan/types.ts';
import { Core, createIndex, options, planOf, section, serverError } from '../support/core.ts';

const place = { file: 'plan.sql', line: 1, column: 1, settings: [], searchPath: null };
const comment = (name: string): CommentStep => ({
  ...place,
  kind: 'comment',
  sql: `COMMENT ON INDEX ${name} IS 'x'`,
  schema: null,
  name,
});
const rename: RenameIndexStep = {
  ...place,
  kind: 'rename-index',
  sql: 'ALTER INDEX a1_new RENAME TO a1',
  ...{ schema: null, table: 'a', from: 'a1_new', name: 'a1' },
};

/** A run whose first index has failed for good, and goes on. */
const failing = (...steps: Parameters<typeof section>[1]): Core => {
  const core = new Core(planOf(section('one', steps)), options({ onError: 'skip' }));
  core.go();
  core.found(0);
  core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
  return core;
};

describe('a comment', () => {
  it('is left out with its reason where its index was not made, and due again with it', () => {
    const core = failing(createIndex('a1', 'a'), comment('a1'), comment('other'));
    expect(core.state.steps[1]).toMatchObject({
      status: 'skipped',
      note: 'the index that it is about was not made, or did not get its name',
    });
    expect(core.events.find(({ type }) => type === 'index.skipped')).toMatchObject({ step: 1, reason: 'unmade' });
    // What stood there before may be commented.
    expect(core.underWay).toEqual(['statement:2']);
    expect(core.command({ type: 'retry', step: 0 }).ok).toBe(true);
    expect(core.state.steps[1]).toMatchObject({ status: 'queued', note: null });
    core.end('statement:2', { kind: 'statement-ended', step: 2, outcome: { kind: 'done', durationMs: 1 } });
    core.found(0);
    core.built(0);
    expect(core.underWay).toEqual(['statement:1']);
    core.end('statement:1', { kind: 'statement-ended', step: 1, outcome: { kind: 'done', durationMs: 1 } });
    expect(core.state.steps[1]?.status).toBe('done');
    expect(core.replayed()).toEqual(core.state);
  });

  it('is left out where the operator leaves out its index', () => {
    const core = new Core(planOf(section('one', [createIndex('a1', 'a'), comment('a1')])));
    core.go();
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.state.steps[1]?.status).toBe('queued');
    expect(core.command({ type: 'skip', step: 0 }).ok).toBe(true);
    expect(core.state.steps[1]?.status).toBe('skipped');
    expect(core.types()).not.toContain('statement.started');
  });

  it('is left out where the new index did not get its name', () => {
    const core = failing(createIndex('a1_new', 'a', { replaces: 'a1' }), rename, comment('a1'));
    core.found(1, { kind: 'none' });
    expect(core.state.steps.map(({ status }) => status)).toEqual(['failed', 'failed', 'skipped']);
    expect(core.types()).not.toContain('statement.started');
  });

  it('is looked at once more by an engine that takes the run up', () => {
    const core = failing(createIndex('a1', 'a'), comment('a1'));
    const { database, options: opts } = core.state;
    const resumed = { type: 'run.resumed', version: '1', database, operator: 'anna@ops', options: opts } as const;
    const engine = { engine: { pid: 1, host: 'h' }, from: 'journal', endOrphans: false } as const;
    core.resumed({ ...resumed, ...engine, purpose: 'rollback' });
    expect(core.state.steps.map(({ status }) => status)).toEqual(['failed', 'skipped']);
    core.resumed({ ...resumed, ...engine });
    expect(core.state.steps.map(({ status, note }) => [status, note])).toEqual([
      ['queued', null],
      ['queued', null],
    ]);
  });
});
