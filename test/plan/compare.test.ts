import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareIndexes, retargetIndex } from '../../src/plan/index.ts';
import './support.ts';

const A = 'CREATE INDEX i ON s.t USING btree (a, b)';

describe('two definitions are equal', () => {
  test.each([
    [A, 'create index concurrently if not exists other on s.t (a, b)'],
    [A, 'CREATE INDEX ON "s"."t" (a ASC NULLS LAST, b) -- x'],
    ['CREATE INDEX ON t (a DESC)', 'CREATE INDEX ON t USING btree (a DESC NULLS FIRST)'],
    [
      'CREATE INDEX ON t (a) WITH (fillfactor=70, deduplicate_items=off)',
      "CREATE INDEX i ON t USING btree (a) WITH (deduplicate_items=off, fillfactor='70')",
    ],
    ["CREATE INDEX ON t ((d ->> 'x')) WHERE (a > 1)", "CREATE INDEX i ON t USING btree (((d->>'x'))) WHERE a > 1"],
    ['CREATE INDEX ON t ((a::int))', 'CREATE INDEX ON t ((a::integer))'],
  ])('%s | %s', (a, b) => {
    expect(compareIndexes(a, b)).toEqual({ equal: true });
    expect(compareIndexes(b, a)).toEqual({ equal: true });
  });

  test('whatever the table, when the caller knows it', () => {
    expect(compareIndexes(A, 'CREATE INDEX ON t (a, b)').equal).toBe(false);
    expect(compareIndexes(A, 'CREATE INDEX ON t (a, b)', { ignoreRelation: true }).equal).toBe(true);
    expect(compareIndexes('CREATE INDEX ON ONLY t (a)', 'CREATE INDEX ON t (a)').equal).toBe(false);
    expect(compareIndexes('CREATE INDEX ON ONLY t (a)', 'CREATE INDEX ON t (a)', { ignoreOnly: true }).equal).toBe(
      true,
    );
  });
});

describe('two definitions differ', () => {
  test.each([
    [A, 'CREATE INDEX ON s.t (a)', 'columns: (a, b) and (a)'],
    [A, 'CREATE INDEX ON s.t (b, a)', 'columns: (a, b) and (b, a)'],
    [A, 'CREATE INDEX ON s.t (a, b DESC)', 'columns: (a, b) and (a, b DESC)'],
    [A, 'CREATE UNIQUE INDEX ON s.t (a, b)', 'unique: not unique and UNIQUE'],
    [A, 'CREATE INDEX ON s.t USING gin (a, b)', 'method: btree and gin'],
    [A, 'CREATE INDEX ON r.t (a, b)', 'table: s.t and r.t'],
    [A, 'CREATE INDEX ON s.t (a, b) INCLUDE (c)', 'included columns: none and (c)'],
    [A, 'CREATE INDEX ON s.t (a, b) WHERE c > 1', 'predicate: none and c > 1'],
    [A, 'CREATE INDEX ON s.t (a, b) TABLESPACE x', 'tablespace: none and x'],
    [A, 'CREATE INDEX ON s.t (a, b) WITH (fillfactor = 50)', 'storage parameters: none and (fillfactor = 50)'],
    [A, 'CREATE INDEX ON s.t (a, b) NULLS NOT DISTINCT', 'nulls not distinct: nulls distinct and NULLS NOT DISTINCT'],
    [A, 'DROP INDEX x', 'cannot be read as CREATE INDEX: DROP INDEX x'],
    ['CREATE INDEX ON t (lower(a))', 'CREATE INDEX ON t (lower(a::text))', 'columns: (lower(a)) and (lower(a::text))'],
    ["CREATE INDEX ON t (a) WHERE b = 'X'", "CREATE INDEX ON t (a) WHERE b = 'x'", "predicate: b = 'X' and b = 'x'"],
    ['CREATE INDEX ON t (a COLLATE "C")', 'CREATE INDEX ON t (a)', 'columns: (a COLLATE "C") and (a)'],
    ['CREATE INDEX ON t (a text_pattern_ops)', 'CREATE INDEX ON t (a)', 'columns: (a text_pattern_ops) and (a)'],
  ])('%s | %s', (a, b, difference) => {
    expect(compareIndexes(a, b)).toEqual({ equal: false, differences: [difference] });
  });
});

describe('retargetIndex', () => {
  const sql =
    'create  unique /* ON x */ index IF NOT EXISTS "I x" /* , */ on only S."T é" -- c\n using btree ((a || $$ on S."T é" $$)) where b';

  test('changes nothing but what is asked', () => {
    expect(
      retargetIndex(sql, { name: 'n', relation: { schema: 'pg_temp', table: 'Scratch "1"' }, concurrently: false }),
    ).toBe(
      'create  unique   index n   on only pg_temp."Scratch ""1"""  \n using btree ((a || $$ on S."T é" $$)) where b',
    );
  });

  test.each([
    ['CREATE INDEX ON t (a)', 'CREATE INDEX CONCURRENTLY n ON t (a)'],
    ['CREATE INDEX/**/ON/**/t(a)', 'CREATE INDEX CONCURRENTLY n ON t(a)'],
    ['CREATE INDEX CONCURRENTLY IF NOT EXISTS x ON t (a)', 'CREATE INDEX CONCURRENTLY n ON t (a)'],
    ['CREATE INDEX U&"d!0061" UESCAPE \'!\' ON t (a)', 'CREATE INDEX CONCURRENTLY n ON t (a)'],
    ['CREATE INDEX "on" ON "only" ("where")', 'CREATE INDEX CONCURRENTLY n ON "only" ("where")'],
    ['CREATE INDEX if ON t (a)', 'CREATE INDEX CONCURRENTLY n ON t (a)'],
    ['CREATE INDEX i ON t*(a)', 'CREATE INDEX CONCURRENTLY n ON t*(a)'],
    ['CREATE INDEX i ON ONLY (t) (a)', 'CREATE INDEX CONCURRENTLY n ON ONLY (t) (a)'],
  ])('%s', (from, to) => {
    expect(retargetIndex(from, { name: 'n', concurrently: true })).toBe(to);
  });

  test.each(['DROP INDEX x', 'CREATE INDEX', 'CREATE INDEX i ON t (a); DROP TABLE t', ''])('throws for %j', (from) => {
    expect(() => retargetIndex(from, { name: 'n' })).toThrow();
  });

  test('any names come out as they went in', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 15 })
      .filter((text) => !text.includes('\0') && text.isWellFormed());
    fc.assert(
      fc.property(name, name, name, (index, schema, table) => {
        const moved = retargetIndex('CREATE INDEX ON t (a)', { name: index, relation: { schema, table } });
        // It parses back to exactly these names, or it would have thrown.
        expect(moved.endsWith(' (a)')).toBe(true);
      }),
    );
  });
});
