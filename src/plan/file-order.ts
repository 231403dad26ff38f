/** The order in which the files of a plan are read: pure rules over paths as they were named. */

const NAMES = new Intl.Collator('en', { numeric: true });
const FLYWAY_REPEATABLE = /^R__.*\.sql$/;

/** Path by path segment, numbers as numbers: 2_b.sql before 10_a.sql. Flyway's repeatable scripts come last in their folder. */
export function compareNatural(a: string, b: string): number {
  const left = a.split(/[\\/]/);
  const right = b.split(/[\\/]/);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    if (x === y) continue;
    const repeatable = Number(FLYWAY_REPEATABLE.test(x)) - Number(FLYWAY_REPEATABLE.test(y));
    return repeatable || NAMES.compare(x, y) || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

/**
 * The order that a sqitch.plan gives its changes, by name; sqitch's files have no order of their own. Of a change that
 * was reworked the file without a tag is the last version, so that its last place counts.
 */
export function sqitchOrder(planText: string): Map<string, number> {
  const order = new Map<string, number>();
  for (const [at, raw] of planText.split('\n').entries()) {
    const [name = ''] = raw.trim().split(/\s/);
    if (name !== '' && !/^[%#@+-]/.test(name)) order.set(name, at);
  }
  return order;
}
