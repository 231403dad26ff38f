import { expect, it } from 'vitest';
import type { ValidationStep } from '../../src/plan/types.ts';
import { Core, createIndex, planOf, section } from '../support/core.ts';

const select = (sql: string, line: number): ValidationStep => ({
  file: 'plan.sql',
  line,
  column: 1,
  kind: 'select',
  sql,
  settings: [],
  searchPath: null,
});

const answer = (core: Core, at: number, ok: boolean): void => {
  const { line, file, kind, sql } = core.state.validations[at] ?? select('', 0);
  const nothing = { durationMs: 1, columns: [], rows: [], more: false, error: null };
  core.end(`validate:${at}`, {
    kind: 'validated',
    result: { type: 'validation.finished', line, file, kind, sql, ok, ...nothing },
  });
};

it('validations that stand on one line are each run, and each has its own result', () => {
  const plan = planOf(section('one', [createIndex('a1', 'a')]));
  const core = new Core({
    ...plan,
    validations: [select('SELECT 1', 9), select('SELECT 2', 9), select('SELECT 3', 9)],
  });
  core.go();
  core.found(0);
  core.built(0);
  core.end('verify', { kind: 'verified', results: [{ step: 0, ok: true, problems: [], oid: 1, bytes: 1 }] });
  answer(core, 0, true);
  answer(core, 1, false);
  answer(core, 2, true);
  expect(core.state.validations.map(({ sql, result }) => [sql, result?.sql, result?.ok])).toEqual([
    ['SELECT 1', 'SELECT 1', true],
    ['SELECT 2', 'SELECT 2', false],
    ['SELECT 3', 'SELECT 3', true],
  ]);
  expect(core.underWay).toEqual(['finish']);
  expect(core.begun.at(-1)).toMatchObject({ kind: 'finish', status: 1 });
});
