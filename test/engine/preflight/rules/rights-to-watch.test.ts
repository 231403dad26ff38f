import { expect, test } from 'vitest';
import { rightsToWatch } from '../../../../src/engine/preflight/rules/rights-to-watch.ts';
import { factsWhere } from '../facts.ts';
import { runOptions } from '../support.ts';

const off = { warn: null, pause: null, abort: null };
const server = { monitor: false };

test('a gate that could not be read blocks, and the advice turns off just that one', () => {
  const { gates } = runOptions();
  expect(rightsToWatch(factsWhere({ server }))).toMatchObject([
    { level: 'blocks', code: 'no-monitor-right', advice: expect.stringContaining('GRANT pg_monitor TO deployer') },
  ]);
  const options = runOptions({ gates: { ...gates, active: off } });
  expect(rightsToWatch(factsWhere({ server, options }))[0]?.advice).toContain('--gate old-transaction=-,-,-.');
});

test('with those gates off it warns', () => {
  const options = runOptions({ gates: { ...runOptions().gates, active: off, 'old-transaction': off } });
  expect(rightsToWatch(factsWhere({ server, options }))).toMatchObject([{ level: 'warning' }]);
  expect(rightsToWatch(factsWhere())).toMatchObject([{ level: 'ok' }]);
});
