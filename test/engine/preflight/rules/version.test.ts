import { expect, test } from 'vitest';
import { version } from '../../../../src/engine/preflight/rules/version.ts';
import { factsWhere } from '../facts.ts';

test.each([
  ['12.22', 120022, 'blocks', 'version-too-old'],
  ['13.0', 130000, 'ok', 'version'],
  ['14.0', 140000, 'blocks', 'version-corrupts'],
  ['14.3', 140003, 'blocks', 'version-corrupts'],
  ['14.4', 140004, 'ok', 'version'],
  ['15.18', 150018, 'ok', 'version'],
  ['18.4', 180004, 'ok', 'version'],
  ['19beta1', 190000, 'warning', 'version-untried'],
])('PostgreSQL %s (%i): %s', (name, number, level, code) => {
  const found = version(factsWhere({ server: { version: name, version_num: number } }));
  expect(found).toMatchObject([{ level, code, what: expect.stringContaining(name) }]);
});
