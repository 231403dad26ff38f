import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { demoPlan, loadDemo } from '../../src/demo/load.ts';
import { createDatabase } from '../support/database.ts';
import { versions } from '../support/server.ts';

const text = readFileSync(demoPlan, 'utf8');
const builds = text
  .replace(/^--.*$/gm, '')
  .split(';')
  .map((statement) => statement.trim())
  .filter((statement) => /^CREATE/.test(statement));

test('58 indexes in the ten sections of the runbook', () => {
  const sections = text.split(/^-- SECTION /m).slice(1);
  const counts = sections.map((section) => section.match(/^CREATE /gm)?.length);
  expect(counts).toEqual([6, 6, 6, 7, 8, 6, 6, 7, 4, 2]);
  expect(sections.map((section) => /^(\d+): [A-Z ]+ INDEXES \(Priority \d\)\n/.exec(section)?.[1])).toEqual(
    Array.from({ length: 10 }, (_, at) => String(at + 1)),
  );
  expect(builds.every((statement) => / INDEX CONCURRENTLY IF NOT EXISTS idx_\w+\s/.test(statement))).toBe(true);
});

test.each(versions)(
  'on PostgreSQL %i every index is new, can be built, and is no other one’s prefix',
  async (version) => {
    const database = await createDatabase(version);
    await loadDemo(database.connectionString, { scale: 0.1 });
    const indexes = `SELECT count(*)::int AS n FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'menuca_v3'::regnamespace AND c.relname LIKE 'idx\\_%' AND i.indisvalid`;
    expect(await database.sql(indexes)).toEqual([{ n: 0 }]);
    const client = await database.connect();
    for (const statement of builds) await client.query(statement);
    await client.end();
    expect(await database.sql(indexes)).toEqual([{ n: 58 }]);
    // A plain index is of no use when another one without a predicate begins with all its columns.
    const useless = await database.sql(
      `SELECT short.indexrelid::regclass::text AS index, long.indexrelid::regclass::text AS covered_by
     FROM pg_index short JOIN pg_index long USING (indrelid)
     JOIN pg_class a ON a.oid = short.indexrelid JOIN pg_class b ON b.oid = long.indexrelid AND b.relam = a.relam
     WHERE short.indexrelid <> long.indexrelid AND a.relnamespace = 'menuca_v3'::regnamespace
       AND NOT short.indisunique AND short.indpred IS NULL AND long.indpred IS NULL
       AND 0 <> ALL (short.indkey) AND short.indnkeyatts <= long.indnkeyatts
       AND (short.indkey::int2[])[0:short.indnkeyatts - 1] = (long.indkey::int2[])[0:short.indnkeyatts - 1]`,
    );
    expect(useless).toEqual([]);
  },
);

test('the same scale makes the same rows', async () => {
  const prints = [];
  for (const database of [await createDatabase(18), await createDatabase(18)]) {
    await loadDemo(database.connectionString, { scale: 0.05 });
    prints.push(
      await database.sql(
        `SELECT (SELECT md5(string_agg(d::text, ',' ORDER BY id)) FROM menuca_v3.dishes d) AS dishes,
                (SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM menuca_v3.orders o) AS orders,
                (SELECT md5(string_agg(m::text, ',' ORDER BY id)) FROM menuca_v3.dish_modifier_prices m) AS prices`,
      ),
    );
  }
  expect(prints[0]).toEqual(prints[1]);
});

test('the setup can be aborted at once, while it connects', async () => {
  const database = await createDatabase(18);
  const end = new AbortController();
  const loading = loadDemo(database.connectionString, { scale: 1, signal: end.signal });
  end.abort();
  await expect(loading).rejects.toThrow('aborted');
});
