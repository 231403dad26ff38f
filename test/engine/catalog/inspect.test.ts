import { describe, expect, test } from 'vitest';
import { inspectIndexes } from '../../../src/engine/catalog/index.ts';
import { createDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { inspecting, targetOf, targetsOf } from './support.ts';

const inspectOne = async (session: Parameters<typeof inspectIndexes>[0], sql: string) => {
  const target = await targetOf(sql);
  const found = (await inspectIndexes(session, [target])).get(0);
  if (found === undefined) throw new Error('nothing');
  return found;
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a whole plan at once', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE dishes (id int primary key, name varchar(50), active bool, price numeric);
      CREATE INDEX i_equal ON dishes (name);
      CREATE INDEX i_rewritten ON dishes (lower(name)) WHERE active = true;
      CREATE INDEX i_other ON dishes (price);
      CREATE VIEW i_view AS SELECT 1;
      INSERT INTO dishes SELECT n, n, true, n FROM generate_series(1, 1000) n;
      ANALYZE dishes`);
    const session = await inspecting(database);
    const targets = await targetsOf(`
      CREATE INDEX CONCURRENTLY i_equal ON dishes (name);
      CREATE INDEX CONCURRENTLY i_rewritten ON dishes (lower(name)) WHERE active = true;
      CREATE INDEX CONCURRENTLY i_other ON dishes (price DESC);
      CREATE INDEX CONCURRENTLY i_view ON dishes (price);
      CREATE INDEX CONCURRENTLY i_missing ON dishes (price);
      CREATE INDEX CONCURRENTLY i_nowhere ON nowhere (price);
    `);
    const found = await inspectIndexes(session, targets);
      JSON.stringify(
        [...found.values()].map((f) => [f.found, f.table]),
        null,
        1,
      ),
    );
    expect((await inspectOne(session, 'CREATE INDEX CONCURRENTLY i_missing ON dishes (price)')).found).toEqual({
      kind: 'none',
    });
  });
});
