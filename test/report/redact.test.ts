import { expect, test } from 'vitest';
import { clean, cleanAll, cleanMessage } from '../../src/report/redact.ts';

test.each([
  ['could not connect to postgres://anna:secret@db1:5432/shop?sslmode=require', 'could not connect to postgres://…'],
  ['POSTGRESQL://db1/shop is down', 'postgres://… is down'],
  ["host=db1 password='a b' user=x", 'host=db1 password=… user=x'],
  ['PGPASSWORD=hunter2 psql', 'PGPASSWORD=… psql'],
  ['the \u001b[31mred\u001b[0m one\nand the next', 'the red one and the next'],
])('%s', (text, cleaned) => {
  expect(clean(text)).toBe(cleaned);
});

test('values of rows that the server quotes are left out, unless they are to be kept', () => {
  const key = 'Key (email, name)=(anna@example.org, Anna (the first)) is duplicated.';
  expect(cleanMessage(key, false)).toBe('Key (email, name)=(…) is duplicated.');
  expect(cleanMessage(key, true)).toBe(key);
  expect(cleanMessage('Failing row contains (1, anna, null).', false)).toBe('Failing row contains (…).');
});

test('every text of a value is cleaned, whatever it is in', () => {
  expect(cleanAll({ a: ['postgres://x', 1, null, { b: 'password: y' }] })).toEqual({
    a: ['postgres://…', 1, null, { b: 'password: …' }],
  });
});
