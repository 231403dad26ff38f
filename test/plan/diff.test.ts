import { expect, it } from 'vitest';
import { describeDifference, diffPlans } from '../../src/plan/index.ts';
import { planFrom } from '../support/run.ts';

const differences = async (before: string, now: string): Promise<string[]> =>
  diffPlans(await planFrom(before), await planFrom(now)).map(describeDifference);

const base = `
-- SECTION 1: A
CREATE INDEX CONCURRENTLY idx_a ON t (a);
CREATE INDEX CONCURRENTLY idx_b ON t (b) WHERE b > 0;
ANALYZE t;
SELECT count(*) FROM t;`;

it('none for what does not count', async () => {
  expect(
    await differences(
      base,
      base.replace('CREATE INDEX', '-- a comment\ncreate   index').replace('-- SECTION 1: A', ''),
    ),
  ).toEqual([]);
});

it('each statement that came, went or changed, with its line', async () => {
  const now = base
    .replace('b > 0', 'b > 1')
    .replace('ANALYZE t;', 'CREATE INDEX CONCURRENTLY idx_c ON t (c);')
    .replace('count(*)', 'max(a)');
  expect(await differences(base, now)).toEqual([
    '- line 5 before: ANALYZE t',
    '- line 6 before: SELECT count(*) FROM t',
    '+ line 5 now: index idx_c on t',
    '+ line 6 now: SELECT max(a) FROM t',
    expect.stringMatching(/^~ line 4 now: index idx_b on t: .*b > 0.*b > 1/),
  ]);
});

it('an index that moved to another table went and came', async () => {
  expect(await differences(base, base.replace('idx_a ON t ', 'idx_a ON other '))).toEqual([
    '- line 3 before: index idx_a on t',
    '+ line 3 now: index idx_a on other',
  ]);
});

it('another order is a difference, too', async () => {
  const now = base.replace(/(CREATE INDEX.*idx_a.*\n)(CREATE INDEX.*idx_b.*\n)/, '$2$1');
  expect(await differences(base, now)).toEqual([expect.stringContaining('order')]);
});
