import { expect, test } from 'vitest';
import { describeEvent, initialState, type RunEvent } from '../../src/run/index.ts';
import { createIndex, options, planOf, section } from '../support/core.ts';

/** The first event of a journal that was written before there were backups. */
const started = (): RunEvent => {
  const { backup: _, ...earlier } = { ...options(), noBackup: null };
  const event = {
    ...{ seq: 1, at: '2026-11-23T19:20:11.000Z', run: 'r', type: 'run.started', version: '0.1.0', operator: 'me' },
    plan: planOf(section('one', [createIndex('a1', 'a')])),
    database: { host: 'h', port: 1, database: 'd', user: 'u' },
    options: earlier,
    engine: { pid: 1, host: 'h' },
  };
  return JSON.parse(JSON.stringify(event));
};

test('a run from before there were backups has none', () => {
  expect(initialState(started()).options.backup).toBeNull();
  expect(describeEvent(started())).toBe('run r on d at h by me');
});
