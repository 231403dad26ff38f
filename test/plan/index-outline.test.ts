import { expect, test } from 'vitest';
import { indexOutline } from '../../src/plan/index-outline.ts';
import { indexClauses } from '../../src/plan/index-statement.ts';
import { corpus, readSample } from './corpus.ts';

test.each([
  ['CREATE INDEX i ON t (a)', '(a)', false],
  [
    'CREATE INDEX CONCURRENTLY "on (" ON ONLY s."t (" USING gin (lower(b), (c || \')\')) INCLUDE (d) WHERE (e)',
    "(lower(b), (c || ')'))",
    true,
  ],
  ['CREATE INDEX ON t USING btree (a) WITH (fillfactor = 70)', '(a)', false],
  ['CREATE INDEX i ON t ((SELECT_where(a)), "where") NULLS NOT DISTINCT', '((SELECT_where(a)), "where")', false],
])('%s', (sql, columns, partial) => {
  expect(indexOutline(sql)).toEqual({ columns, partial });
});

test('it says of every index of the corpus what PostgreSQL’s scanner does', () => {
  let seen = 0;
  for (const sample of corpus)
    for (const step of readSample(sample, sample.bytes, true).sections.flatMap(({ steps }) => steps)) {
      if (step.kind !== 'create-index') continue;
      seen++;
      const clauses = indexClauses(step.buildSql);
      expect(indexOutline(step.buildSql)).toEqual({
        columns: clauses.get('columns'),
        partial: clauses.has('predicate'),
      });
    }
  expect(seen).toBeGreaterThan(100);
});
