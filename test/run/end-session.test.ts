import { expect, it } from 'vitest';
import { describeEvent } from '../../src/run/index.ts';
import { Core, createIndex, planOf, section } from '../support/core.ts';

const START = '2026-11-23T18:00:00.123456Z';

const building = (): Core => {
  const core = new Core(planOf(section('one', [createIndex('a1', 'a')])));
  core.go();
  core.found(0);
  return core;
};

const end = (core: Core, more: { pid?: number; confirm?: string } = {}) =>
  core.command({ type: 'end-session', pid: 7, backendStart: START, who: 'pid 7 billing', confirm: 'menuca', ...more });

it('is ended by word alone, the intent on record first, and what came of it after', () => {
  const core = building();
  expect(end(core)).toEqual({ ok: true, why: 'ending pid 7' });
  expect(core.underWay).toContain('end-session:7');
  expect(core.begun.at(-1)).toEqual({ kind: 'end-session', pid: 7, backendStart: START });
  expect(end(core).why).toBe('pid 7 is being ended already');
  core.end('end-session:7', { kind: 'session-ended', pid: 7, ended: false, why: 'it may not' });
  expect(core.events.slice(-1).map((event) => describeEvent(event))).toEqual([
    'pid 7 (pid 7 billing) was NOT ended: it may not',
  ]);
  expect(core.state.ending).toEqual([]);
  expect(end(core).ok).toBe(true);
  core.end('end-session:7', { kind: 'session-ended', pid: 7, ended: true, why: '' });
  expect(core.types().filter((type) => type.startsWith('session.'))).toEqual([
    'session.end_ordered',
    'session.ended',
    'session.end_ordered',
    'session.ended',
  ]);
  expect(core.replayed()).toEqual(core.state);
});

it('needs the name of the database, and is never a build of this run', () => {
  const core = building();
  expect(end(core, { confirm: 'menu' }).why).toContain('asks for the name of the database, menuca');
  const [step] = core.state.steps;
  expect(end(core, { pid: step?.backend?.pid ?? 0 }).why).toContain('builds for this run');
  expect(core.begun.some(({ kind }) => kind === 'end-session')).toBe(false);
});

it('an abort does not wait for it', () => {
  const core = building();
  end(core);
  core.command({ type: 'abort' });
  core.buildEnds(0, {
    kind: 'failed',
    error: { sqlstate: '57014', message: 'x', detail: null, hint: null, context: null },
    leftover: null,
  });
  expect(core.begun.at(-1)).toMatchObject({ kind: 'finish', status: 4 });
});
