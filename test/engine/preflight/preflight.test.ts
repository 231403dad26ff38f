import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { blocking, preflightOf } from './support.ts';

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a plan that can be deployed: nothing blocks, and what was looked at is said', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE dishes (id int primary key, name text)');
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON dishes (name)');
    expect(blocking(facts)).toEqual([]);
  });
});
