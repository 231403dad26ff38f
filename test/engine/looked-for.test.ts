import { expect, it } from 'vitest';
import { lookedFor } from '../../src/engine/looked-for.ts';
import type { DropIndexStep } from '../../src/plan/types.ts';
import type { RunState } from '../../src/run/index.ts';
import { Core, createIndex, options, planOf, section } from '../support/core.ts';

const drop: DropIndexStep = {
  ...{ file: 'plan.sql', line: 1, column: 1, settings: [], searchPath: null },
  ...{ kind: 'drop-index', sql: 'DROP INDEX CONCURRENTLY old', schema: null, name: 'old' },
  ...{ concurrently: true, madeConcurrent: false, ifExists: false },
};

const stateOf = (): RunState =>
  new Core(planOf(section('one', [drop, createIndex('new', 'a')])), options({ settings: { work_mem: '1MB' } })).state;

const rollback: RunState['rollback'] = {
  ...{ by: 'ben@ops', at: '', oids: [], all: true, probe: false, dropped: [], left: [] },
  ...{ finishedAt: null, differences: null },
};

const lookFor = (state: RunState, id: number) => {
  const step = state.steps[id];
  if (step === undefined) throw new Error(`no step ${id}`);
  return lookedFor(state, step);
};

it('what is to be built is looked for with the settings that it is built with', () => {
  expect(lookFor(stateOf(), 1)).toMatchObject({
    what: 'index',
    create: { name: 'new', settings: [{ name: 'work_mem', value: '1MB' }] },
  });
});

it('what the plan drops is looked for to be dropped, also when a rollback came before the answer', () => {
  expect(lookFor(stateOf(), 0)).toMatchObject({ what: 'to-drop', drop: { name: 'old' } });
  expect(lookFor({ ...stateOf(), rollback }, 0)).toMatchObject({ what: 'to-drop', drop: { name: 'old' } });
});

it('what the plan has dropped is looked for to be built again', () => {
  const rebuildSql = 'CREATE INDEX CONCURRENTLY old ON public.a USING btree (a)';
  const record = {
    ...{ definition: '', rebuildSql, table: 'a', valid: true, tablespace: null, comment: null, clustered: false },
    ...{ statistics: [], bytes: 1, scans: 0, lastScan: null },
  };
  const removed = [{ step: 0, oid: 700, schema: 'public', name: 'old', tableOid: 1, record, at: '' }];
  expect(lookFor({ ...stateOf(), rollback, removed }, 0)).toMatchObject({
    what: 'index',
    create: { name: 'old', buildSql: rebuildSql },
  });
});
