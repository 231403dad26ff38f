import { expect, test } from 'vitest';
import { activeConnections } from '../../../../src/engine/preflight/rules/active-connections.ts';
import { factsWhere } from '../facts.ts';

test('20 are expected; over 50 is not the window; unknown says nothing', () => {
  expect(activeConnections(factsWhere({ active: 20 }))).toMatchObject([{ level: 'ok' }]);
  expect(activeConnections(factsWhere({ active: 21 }))).toMatchObject([
    { level: 'warning', advice: expect.stringContaining('--jobs 1') },
  ]);
  expect(activeConnections(factsWhere({ active: 51 }))).toMatchObject([
    { level: 'warning', advice: expect.stringContaining('this is not the window') },
  ]);
  expect(activeConnections(factsWhere({ active: null }))).toEqual([]);
});
