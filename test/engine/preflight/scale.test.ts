import { describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { preflightOf } from './support.ts';

/** Tables of five indexes each. */
const tables = (from: number, to: number): string => `
  DO $$ BEGIN FOR n IN ${from}..${to} LOOP
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a int, b int, c int, name varchar)', n);
    EXECUTE format('CREATE INDEX ON t%1$s (a); CREATE INDEX ON t%1$s (a, b);
      CREATE INDEX ON t%1$s (c) WHERE a > 0; CREATE INDEX there_%1$s ON t%1$s (lower(name))', n);
  END LOOP; END $$`;

/** Missing, duplicate, leading, there already in other words, there already but different, and refused. */
const plan = (count: number): string =>
  Array.from({ length: count }, (_, n) => {
    const table = `t${(n % 20) + 1}`;
    const kinds = [
      `i${n} ON ${table} (b, (a + ${n}))`,
      `i${n} ON ${table} (a, b)`,
      `there_${(n % 20) + 1} ON ${table} (lower(name::text))`,
      `i${n} ON ${table} (b)`,
      `there_${(n % 20) + 1} ON ${table} (upper(name))`,
      `i${n} ON ${table} (gone)`,
    ];
    return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${kinds[n % kinds.length]};`;
  }).join('\n');

describe.each(versions)('on PostgreSQL %i', (version) => {
  const statements = async (database: TestDatabase, sql: string): Promise<number> => {
    const before = (await database.statementLog()).length;
    await preflightOf(database, sql);
    const sent = (await database.statementLog()).slice(before);
    return sent.filter(({ application }) => application.startsWith('indexdeck')).length;
  };

  test('as many statements for 58 indexes as for 3, and on a catalog of any size', async () => {
    const database = await createDatabase(version);
    await database.sql(tables(1, 20));
    const few = await statements(database, plan(3));
    expect(few).toBeGreaterThan(5);
    expect(await statements(database, plan(58))).toBe(few);
    await database.sql(tables(21, 420));
    expect(await statements(database, plan(58))).toBe(few);
  });

  test('a UNIQUE index adds the same few statements each, which read its data', async () => {
    const database = await createDatabase(version);
    await database.sql(tables(1, 20));
    const unique = (count: number) =>
      Array.from({ length: count }, (_, n) => `CREATE UNIQUE INDEX CONCURRENTLY u${n} ON t${n + 1} (a);`).join('\n');
    const [one, two, ten] = [
      await statements(database, unique(1)),
      await statements(database, unique(2)),
      await statements(database, unique(10)),
    ];
    expect(ten - one).toBe(9 * (two - one));
    expect(two - one).toBeLessThanOrEqual(4);
  });
});
