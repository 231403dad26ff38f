import { describe, expect, test } from 'vitest';
import { describePlan, planToJson } from '../../src/plan/index.ts';
import { plan } from './support.ts';

const SCRIPT = `\\timing
-- SECTION 1: MENU INDEXES (Priority 1)
SET lock_timeout = '2s';
BEGIN;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_course ON menuca_v3.dishes (course_id, name) WHERE active;
COMMIT;
CREATE INDEX ON menuca_v3.dishes USING gin (tags);
-- SECTION 2: USERS
ANALYZE menuca_v3.users;
EXPLAIN ANALYZE SELECT * FROM menuca_v3.dishes;
`;

describe('planToJson', () => {
  test('is the object of the contract', () => {
    const json = planToJson(plan(SCRIPT));
    expect(json).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      sections: [
        {
          title: 'MENU INDEXES (Priority 1)',
          line: 2,
          steps: [
            { kind: 'set', line: 3 },
            {
              line: 5,
              kind: 'create-index',
              schema: 'menuca_v3',
              table: 'dishes',
              name: 'idx_dishes_course',
              unique: true,
              concurrently: true,
              ifNotExists: true,
              method: 'btree',
              sql: 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_course ON menuca_v3.dishes (course_id, name) WHERE active',
            },
            { line: 7, name: 'dishes_tags_idx', method: 'gin', concurrently: false },
          ],
        },
        { title: 'USERS', line: 8, steps: [{ kind: 'analyze', line: 9 }] },
      ],
      validations: [{ kind: 'explain', line: 10 }],
      leftOut: [
        { line: 1, what: '\\timing' },
        { line: 4, what: 'BEGIN' },
        { line: 6, what: 'COMMIT' },
      ],
      problems: [],
    });
  });

  test('problems have place, code and message', () => {
    expect(planToJson(plan(`${SCRIPT} DROP TABLE t;`)).problems).toMatchObject([
      { line: 11, column: 2, code: 'statement-refused', message: expect.stringMatching(/^Refused: .+\.$/) },
    ]);
  });
});

describe('describePlan', () => {
  test('prints sections, indexes, what is left out and findings', () => {
    expect(describePlan(plan(SCRIPT))).toMatchInlineSnapshot(`
      "Plan plan.sql
      2 indexes on 1 table in 2 sections; 1 validation
      fingerprint 813172f833b1bd9f49b0bda49a7f5c88900b55f7de3f7812e3071a05db4672de

      1. MENU INDEXES (Priority 1)  (line 2; 2 indexes)
         set lock_timeout = 2s, line 3
         idx_dishes_course on menuca_v3.dishes (course_id, name)  unique, btree, partial, line 5
         dishes_tags_idx on menuca_v3.dishes (tags)  gin, NOT concurrent, default name, line 7

      2. USERS  (line 8; 0 indexes)
         analyze menuca_v3.users, line 9

      Validation, after the last section
        line 10  EXPLAIN ANALYZE SELECT * FROM menuca_v3.dishes

      Left out
        line 1  \\timing: indexdeck times every step
        line 4  BEGIN: every statement is sent on its own, since CREATE INDEX CONCURRENTLY cannot run in a
            transaction
        line 6  COMMIT: every statement is sent on its own, since CREATE INDEX CONCURRENTLY cannot run in
            a transaction

      Findings
        blocks: dishes_tags_idx is built without CONCURRENTLY (line 7). It takes a SHARE lock on dishes:
            every INSERT, UPDATE and DELETE on it waits until the index is done. Add CONCURRENTLY, or give
            --make-concurrent. [not-concurrent]
        warning: lock_timeout is set to 2s (line 3). It would kill builds: it counts in every wait of
            CREATE INDEX CONCURRENTLY too. Nothing to do: indexdeck sets it to 0 for its builders. Take
            the line out to be rid of this warning. [timeout-kills-builds]
        warning: BEGIN and COMMIT are left out: lines 4 and 6 (line 4). CREATE INDEX CONCURRENTLY cannot
            run in a transaction block. Every statement is sent on its own, so what stands between them is
            no longer all or nothing. Nothing to do, unless the statements between them must go together.
            Take the lines out to be rid of this warning. [transaction-left-out]
        note: An index on dishes has no name; it will be dishes_tags_idx (line 7). PostgreSQL would choose
            the same, but with a number at its end if the name is taken: run twice, the script makes a
            second index. Write the name into the script: dishes_tags_idx. [default-name]
      "
    `);
  });

  test('prints each problem with its place, first words and reason', () => {
    const text = describePlan(plan('DROP TABLE a;\n  CREAT INDEX i;'));
    expect(text).toContain('  plan.sql:1:1  DROP TABLE a\n      Refused: it drops something');
    expect(text).toContain(
      '  plan.sql:2:3  CREAT INDEX i\n      PostgreSQL cannot read this: syntax error at or near "CREAT".',
    );
  });

  test('quotes names where SQL has to', () => {
    const text = describePlan(
      plan(
        'CREATE INDEX CONCURRENTLY "My Idx" ON "My Schema"."Tab" ("Col");\nCOMMENT ON INDEX "My Idx" IS $$x$$;ANALYZE "My Schema"."Tab";',
      ),
    );
    expect(text).toContain('   "My Idx" on "My Schema"."Tab" ("Col")  btree');
    expect(text).toContain('   comment on index "My Idx", line 2\n   analyze "My Schema"."Tab", line 2');
  });

  test('says of a file without a statement once that there is nothing in it', () => {
    const text = describePlan(plan('-- CREATE nothing\n'));
    expect(text).not.toContain('Left out');
    expect(text.match(/no statement/g)).toHaveLength(1);
  });

  test('is whole where lines are for programs', () => {
    const whole = describePlan(plan(SCRIPT), Number.POSITIVE_INFINITY).split('\n');
    expect(whole).toContain(
      '  line 4  BEGIN: every statement is sent on its own, since CREATE INDEX CONCURRENTLY cannot run in a transaction',
    );
    expect(
      describePlan(plan(SCRIPT), 60)
        .split('\n')
        .slice(3)
        .filter((line) => line.length > 60),
    ).toEqual([]);
  });

  test('keeps to 100 columns where words allow', () => {
    const wide = describePlan(
      plan(`${SCRIPT}CREATE INDEX CONCURRENTLY ${'i'.repeat(60)} ON t (${'column_name, '.repeat(30)} a);`),
    );
    expect(wide.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});
