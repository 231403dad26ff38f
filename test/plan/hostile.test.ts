import { describe, expect, test } from 'vitest';
import { hostilePlans } from './hostile.ts';
import { codes, indexes, plan } from './support.ts';

describe('hostile plans', () => {
  test.each(hostilePlans)('$name', ({ bytes, expect: expected }) => {
    const read = plan(bytes);
    if (expected.refused) {
      expect(codes(read)).toEqual(expected.codes);
    } else {
      expect(read.problems).toEqual([]);
      const sent = [...indexes(read).map(({ buildSql }) => buildSql), ...read.validations.map(({ sql }) => sql)];
      expect(sent).toEqual(expected.statements);
    }
  });

  test('there are at least twenty', () => {
    expect(hostilePlans.length).toBeGreaterThanOrEqual(20);
  });
});
