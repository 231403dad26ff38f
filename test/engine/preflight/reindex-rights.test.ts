import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { connectionTo, createRole } from '../catalog/support.ts';
import { blocking, coded, preflightOf } from './support.ts';

const INDEX = 'REINDEX INDEX CONCURRENTLY public.i';
const TABLE = 'REINDEX TABLE CONCURRENTLY public.t';

type Role = Awaited<ReturnType<typeof createRole>>;

describe.each(versions)('who may rebuild, on PostgreSQL %i', (version) => {
  const withTable = async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int, b text); CREATE INDEX i ON t (a)');
    return { database, role: await createRole(database, 'IN ROLE pg_monitor') };
  };
  const allowed = { allowDrops: true };

  /** What the server itself says to this role. */
  const serverSays = async (database: TestDatabase, role: Role, sql: string): Promise<string> => {
    const client = new pg.Client(connectionTo(database, role));
    await client.connect();
    try {
      await client.query(sql);
      return 'done';
    } catch (error) {
      return error instanceof pg.DatabaseError ? String(error.code) : String(error);
    } finally {
      await client.end();
    }
  };

  test('not who has no right to the table', async () => {
    const { database, role } = await withTable();
    expect(blocking(await preflightOf(database, `${INDEX};`, { as: role, ...allowed }))).toEqual(['reindex-refused']);
    expect(await serverSays(database, role, INDEX)).toBe('42501');
  });

  test('the owner; of the TOAST table what its schema lets be named', async () => {
    const { database, role } = await withTable();
    await database.sql(`ALTER TABLE t OWNER TO ${role.user}`);
    const facts = await preflightOf(database, `${TABLE};`, { as: role, ...allowed });
    expect(blocking(facts)).toEqual([]);
    expect(coded(facts, 'planned-reindex')).toMatchObject([{ what: expect.stringMatching(/^1 index of t /) }]);
    expect(coded(facts, 'reindex-skipped')).toMatchObject([{ what: expect.stringContaining('pg_toast.') }]);
    expect(await serverSays(database, role, INDEX)).toBe('done');
  });

  test('from 17 on who has MAINTAIN on it', async () => {
    const { database, role } = await withTable();
    const grant = `GRANT MAINTAIN ON t TO ${role.user}`;
    if (version < 17) {
      await expect(database.sql(grant)).rejects.toThrow();
      return;
    }
    await database.sql(grant);
    expect(blocking(await preflightOf(database, `${INDEX};`, { as: role, ...allowed }))).toEqual([]);
    expect(await serverSays(database, role, INDEX)).toBe('done');
  });
});
