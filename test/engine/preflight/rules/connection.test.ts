import { expect, test } from 'vitest';
import { connection } from '../../../../src/engine/preflight/rules/connection.ts';
import { factsWhere } from '../facts.ts';

test.each([
  ['none', 'ok'],
  ['session', 'note'],
  ['transaction', 'blocks'],
  ['starved', 'blocks'],
] as const)('pooling %s: %s', (pooling, level) => {
  expect(connection(factsWhere({ pooling }))).toMatchObject([{ level }]);
});
