import { expect, test } from 'vitest';
import { describeEvent, evolve, impactOf, initialState, type RunEvent } from '../../src/run/index.ts';
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

test('a verification and a summary from before there was more to them are read', () => {
  const state = initialState(started());
  expect(state).toMatchObject({ probes: [], analyzed: [], statements: { before: null, after: null } });
  const about = { at: '2026-11-23T19:21:00.000Z', run: 'r' };
  const verified: RunEvent = { seq: 2, ...about, type: 'verify.finished', ok: true, results: [] };
  expect(evolve(state, verified).verify).toEqual({ ok: true, results: [] });
  expect(describeEvent(verified)).toBe('verified: 0 indexes, all there, valid, and as planned');
  const summarised: RunEvent = {
    ...{ seq: 2, ...about, type: 'metrics.summarised', from: about.at, to: about.at, samples: 1 },
    metrics: { active: { min: 1, mean: 1, max: 1 } },
  };
  expect(impactOf([started(), summarised]).lines.find(({ metric }) => metric === 'active')).toMatchObject({ worst: 1 });
});
