import { describe, expect, test } from 'vitest';
import { describeFindings } from '../../../src/cli/output/findings.ts';
import { createDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { coded, preflightOf } from './support.ts';

/** What follows the table's name there and in the plan, and what the server's own words for both are. */
const different: [string, string, string, string][] = [
  ['(a)', '(a, lower(b))', 'btree (a)', 'btree (a, lower((b)::text))'],
  ['(a)', '(a DESC)', 'btree (a)', 'btree (a DESC)'],
  ['(b)', '(b varchar_pattern_ops)', 'btree (b)', 'btree (b varchar_pattern_ops)'],
  ['(b)', '(b COLLATE "C")', 'btree (b)', 'btree (b COLLATE "C")'],
  ['(a) INCLUDE (b)', '(a)', 'btree (a) INCLUDE (b)', 'btree (a)'],
  [
    '(a) WITH (fillfactor = 70)',
    '(a) WITH (fillfactor = 90)',
    "btree (a) WITH (fillfactor='70')",
    "btree (a) WITH (fillfactor='90')",
  ],
  ['(a) WHERE a > 1', '(a) WHERE a > 2', 'btree (a) WHERE (a > 1)', 'btree (a) WHERE (a > 2)'],
  ['USING hash (a)', '(a)', 'hash (a)', 'btree (a)'],
];

describe.each(versions)('on PostgreSQL %i', (version) => {
  const withTable = async (more = '') => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (a int, b varchar); ${more}`);
    return database;
  };

  test.each(different)('there %s, planned %s', async (there, planned, foundAs, plannedAs) => {
    const database = await withTable(`CREATE INDEX i ON t ${there}`);
    const [said] = coded(await preflightOf(database, `CREATE INDEX CONCURRENTLY i ON t ${planned}`), 'index-different');
    expect(said?.level).toBe('warning');
    // Where texts are alike the plan's own are not asked about: the server puts brackets around a predicate.
    const bare = (text: string | undefined) => text?.replace(/[()]/g, '').replace('::text', '');
    expect(bare(said?.compare?.found)).toBe(bare(`CREATE INDEX i ON public.t USING ${foundAs}`));
    expect(bare(said?.compare?.planned)).toBe(bare(`CREATE INDEX i ON public.t USING ${plannedAs}`));
    expect(said?.compare?.differences).toHaveLength(1);
  });

  test('NULLS NOT DISTINCT', async () => {
    const database = await withTable('CREATE UNIQUE INDEX i ON t (a)');
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a) NULLS NOT DISTINCT';
    expect(coded(await preflightOf(database, sql), 'index-different')[0]?.compare).toEqual({
      planned: 'CREATE UNIQUE INDEX i ON public.t USING btree (a) NULLS NOT DISTINCT',
      found: 'CREATE UNIQUE INDEX i ON public.t USING btree (a)',
      differences: ['nulls not distinct: NULLS NOT DISTINCT and nulls distinct'],
    });
  });

  test('the tablespace, which the server leaves out of its texts', async () => {
    const database = await withTable('CREATE INDEX i ON t (lower(b))');
    const space = `space_${database.name}`;
    const client = await database.connect();
    await client.query('SET allow_in_place_tablespaces = on');
    await client.query(`CREATE TABLESPACE ${space} LOCATION ''`);
    const sql = `CREATE INDEX CONCURRENTLY i ON t (lower(b)) TABLESPACE ${space}`;
    const [said] = coded(await preflightOf(database, sql), 'index-different');
    expect(said?.compare?.planned).toMatch(new RegExp(` TABLESPACE ${space}$`));
    expect(said?.compare?.found).toMatch(/ TABLESPACE pg_default$/);
    await client.query(`DROP TABLESPACE ${space}`);
    await client.end();
  });

  test('as a person reads it, with what differs marked', async () => {
    const database = await withTable('CREATE INDEX i ON t (a)');
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON t (a, b)');
    const lines = describeFindings(coded(facts, 'index-different'));
    expect(lines.slice(1, 4)).toEqual([
      '             planned  CREATE INDEX i ON public.t USING btree (a, b)',
      '                                                               ^^^',
      '             there    CREATE INDEX i ON public.t USING btree (a)',
    ]);
  });

  test('names and texts of others cannot steer a terminal', async () => {
    const database = await withTable("CREATE INDEX i ON t ((b || E'\\x1b[31mred'))");
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON t (a)');
    expect(coded(facts, 'index-different')[0]?.compare?.found).toContain('red');
    expect(JSON.stringify(facts.findings)).not.toContain('\\u001b');
  });
});
