import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { blocking, coded, preflightOf } from './support.ts';

const TABLE =
  'CREATE TABLE t (a int, b int, c int); INSERT INTO t SELECT n / 2, n, n FROM generate_series(1, 100) AS n;';

describe.each(versions)('on PostgreSQL %i, what the plan itself drops counts as gone:', (version) => {
  const looked = async (there: string, plan: string) => {
    const database = await createDatabase(version);
    await database.sql(TABLE + there);
    return preflightOf(database, plan, { allowDrops: true });
  };

  test('one that is equal to the new one, or begins it, before it or after it', async () => {
    const there = 'CREATE INDEX same ON t (a, b); CREATE INDEX shorter ON t (c); CREATE INDEX longer ON t (b, c)';
    const facts = await looked(
      there,
      `DROP INDEX CONCURRENTLY same; CREATE INDEX CONCURRENTLY n1 ON t (a, b);
       CREATE INDEX CONCURRENTLY n2 ON t (c, a); DROP INDEX CONCURRENTLY shorter;
       DROP INDEX CONCURRENTLY longer; CREATE INDEX CONCURRENTLY n3 ON t (b);`,
    );
    for (const code of ['duplicate-index', 'makes-redundant', 'prefix-of-existing', 'prefix-of-another'])
      expect(coded(facts, code)).toEqual([]);
  });

  test('a replacement under the same name is held against what stays, and what else is planned', async () => {
    const facts = await looked(
      'CREATE INDEX i ON t (c); CREATE INDEX j ON t (c, a); CREATE INDEX stays ON t (a, b); CREATE INDEX begins ON t (b)',
      `DROP INDEX CONCURRENTLY i; CREATE INDEX CONCURRENTLY i ON t (a, b);
       DROP INDEX CONCURRENTLY j; CREATE INDEX CONCURRENTLY j ON t (b, c); CREATE INDEX CONCURRENTLY k ON t ((b), c);`,
    );
    expect(coded(facts, 'duplicate-index')).toMatchObject([
      { index: 'i', what: expect.stringContaining('duplicate of stays') },
    ]);
    expect(coded(facts, 'makes-redundant')).toMatchObject([{ index: 'j', subject: 'begins' }]);
    expect(coded(facts, 'same-index-twice')).toMatchObject([{ index: 'k', what: expect.stringContaining('as j') }]);
  });

  test('the data of a UNIQUE one is read, what the server refuses is refused', async () => {
    const facts = await looked(
      'CREATE INDEX u ON t (a); CREATE INDEX r ON t (b)',
      `DROP INDEX CONCURRENTLY u; CREATE UNIQUE INDEX CONCURRENTLY u ON t (a);
       DROP INDEX CONCURRENTLY r; CREATE INDEX CONCURRENTLY r ON t (nothing);`,
    );
    expect(blocking(facts)).toEqual(['index-refused', 'unique-duplicates']);
    expect(coded(facts, 'unique-duplicates')).toMatchObject([{ index: 'u' }]);
    expect(coded(facts, 'index-refused')).toMatchObject([{ index: 'r' }]);
  });

  test('not what is dropped after it: there the old one is in the way', async () => {
    const facts = await looked(
      'CREATE INDEX i ON t (a)',
      'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a, b); DROP INDEX CONCURRENTLY IF EXISTS other;',
    );
    expect(coded(facts, 'index-different')).toMatchObject([{ index: 'i' }]);
    expect(coded(facts, 'unique-free')).toEqual([]);
  });
});
