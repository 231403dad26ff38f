import { expect, test } from 'vitest';
import { describeEvent } from '../../src/run/index.ts';
import { concerns } from '../../src/ui/model/attention.ts';
import { Core, createIndex, planOf, section, serverError } from '../support/core.ts';

const building = (): Core => {
  const core = new Core(planOf(section('one', [createIndex('a1', 'a')])));
  core.go();
  core.found(0);
  return core;
};

const said = (core: Core): string[] =>
  core.events.filter(({ type }) => type.startsWith('ledger.')).map((event) => describeEvent(event));

test('a ledger that cannot be written is said once, needs somebody, and stops nothing', () => {
  const core = building();
  const advice = 'GRANT it.';
  core.input({ kind: 'ledger-failed', error: serverError('42501', 'no \u001b[31mright'), advice });
  core.pass(1_000);
  core.input({ kind: 'ledger-failed', error: serverError('53100'), advice });
  expect(said(core)).toEqual(['ledger not written: no right (42501). GRANT it.']);
  expect(core.state.ledgerFailed?.error.sqlstate).toBe('42501');
  const texts = () =>
    concerns(
      { state: core.state, events: [], sample: null, link: { status: 'connected', since: '', why: null } },
      core.now,
    ).map(({ text }) => text);
  expect(texts().filter((text) => text.startsWith('ledger not written'))).toHaveLength(1);
  core.input({ kind: 'ledger-restored', afterMs: 90_000 });
  core.input({ kind: 'ledger-restored', afterMs: 1 });
  expect(said(core)).toHaveLength(2);
  expect(core.state.ledgerFailed).toBeNull();
  expect(texts().filter((text) => text.startsWith('ledger not written'))).toEqual([]);
  core.built(0);
  expect(core.state.steps[0]?.status).toBe('done');
  expect(core.replayed()).toEqual(core.state);
});
