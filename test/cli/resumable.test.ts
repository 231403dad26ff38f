import { expect, test } from 'vitest';
import { resumable } from '../../src/cli/resume/resumable.ts';
import type { RunEntry } from '../../src/client/index.ts';
import { makeReport } from '../../src/report/index.ts';
import { warRoomMessage } from '../../src/report/message.ts';
import { Core, createIndex, options, planOf, section } from '../support/core.ts';

const BLOCKS = { level: 'blocks', code: 'standby', what: 'a standby', why: 'w', advice: 'a' } as const;

const close = (core: Core): void => {
  const effect = core.inflight.get('finish');
  if (effect?.kind !== 'finish') throw new Error(`not at its end: ${core.underWay.join(', ')}`);
  const { status, reason, leftToDo } = effect;
  core.end('finish', { kind: 'closed', status, reason, leftToDo });
};

const plan = planOf(section('one', [createIndex('a', 't'), createIndex('b', 't')]));
const entryOf = ({ state }: Core): RunEntry => ({ run: 'r1', dir: '/', state, alive: false, problem: null });
const message = (core: Core): string => {
  const report = makeReport(core.events, { keepLiterals: true });
  return report === null ? '' : warRoomMessage(report);
};

test('a run whose first preflight blocked is deployed again, and not resumed', () => {
  const core = new Core(plan, options({ interactive: false }));
  core.preflighted({ findings: [BLOCKS] });
  close(core);
  expect(core.state.outcome?.status).toBe(3);
  expect(() => resumable(entryOf(core))).toThrow(/changed nothing/);
  expect(message(core)).toMatch(/NOT BEGUN[\s\S]*Nothing was changed/);
});

test('a run whose resume was blocked can be resumed again: what it built is there', () => {
  const core = new Core(plan, options({ interactive: false }));
  core.go();
  core.found(0);
  core.built(0);
  core.resumed({
    ...{ type: 'run.resumed', version: '0', database: core.state.database, operator: 'ben@ops', from: 'journal' },
    ...{ options: core.state.options, engine: { pid: 2, host: 'ops' }, endOrphans: false },
  });
  core.preflighted({ findings: [BLOCKS] });
  close(core);
  expect(core.state.outcome).toMatchObject({ status: 3, reason: 'preflight blocks: nothing more was changed' });
  expect(resumable(entryOf(core))).toBe(core.state);
  expect(message(core)).toMatch(/NOT RESUMED[\s\S]*indexdeck resume r1 goes on/);
  expect(message(core)).not.toMatch(/Nothing was changed/);
});
