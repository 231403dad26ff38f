import { join } from 'node:path';
import { expect } from 'vitest';
import { locateBackup, proveBackup, takeBackup } from '../../../src/engine/backup/index.ts';
import type { NamedBackup } from '../../../src/run/index.ts';
import { folder } from '../../cli/program.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { pgTool, pgTools, testWithPgTools } from '../../support/pg-tools.ts';
import { blocking, coded, preflightOf } from './support.ts';

const PLAN = 'CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON s.u (a);';

const withTables = async () => {
  const database = await createDatabase(15);
  await database.sql('CREATE SCHEMA s; CREATE TABLE t (a int); CREATE TABLE s.u (a int); INSERT INTO t VALUES (1)');
  return database;
};

const proven = async (path: string, journal: string): Promise<NamedBackup> => {
  const located = locateBackup(path, journal);
  if (located === null) throw new Error(`nothing is at ${path}`);
  return proveBackup(located, { named: path, journal, binDir: pgTools ?? null });
};

const taken = async (database: TestDatabase, schemas: string[] = []): Promise<NamedBackup> => {
  const { host, port, user, password } = database.server;
  const [path, journal] = [join(folder(), 'archive'), join(folder(), 'journal')];
  await takeBackup({
    ...{ id: 'bk-test', label: 'test', path, format: 'custom', jobs: 1, schemas, plan: null, readBack: true },
    ...{ binDir: pgTools ?? null, journal, version: '0', emit: () => undefined },
    connection: { host, port, user, password, database: database.name },
    signal: new AbortController().signal,
  });
  return proven(path, journal);
};

testWithPgTools('a backup: its database, time, server version and size', async () => {
  const database = await withTables();
  const [version] = await database.sql("SELECT split_part(current_setting('server_version'), ' ', 1) AS version");
  const facts = await preflightOf(database, PLAN, { options: { backup: await taken(database) } });
  const [ok] = coded(facts, 'backup');
  expect(ok?.level).toBe('ok');
  expect(ok?.what).toMatch(
    new RegExp(
      `pg_restore lists it, and its checksum is the one on record; it is of the database ${database.name} as of ` +
        `\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ, from PostgreSQL ${version.version}.*, [\\d.]+ kB; [\\d.]+ s old\\.$`,
    ),
  );
  expect(coded(facts, 'partial-backup')).toEqual([]);
});

testWithPgTools('one of a single schema is not one of all that the plan works on', async () => {
  const database = await withTables();
  const facts = await preflightOf(database, PLAN, { options: { backup: await taken(database, ['public']) } });
  expect(coded(facts, 'partial-backup')).toMatchObject([
    { level: 'warning', what: expect.stringContaining('has the schemas public only; the plan works on s too.') },
  ]);
});

testWithPgTools(
  'one of another database blocks, and one that somebody else took says by whose clock it is',
  async () => {
    const database = await withTables();
    const path = join(folder(), 'foreign');
    await pgTool('pg_dump', ['--format=custom', `--file=${path}`], database.environment);
    const backup = await proven(path, join(folder(), 'journal'));
    const [ok] = coded(await preflightOf(database, PLAN, { options: { backup } }), 'backup');
    expect(ok?.what).toContain('pg_restore read all of it');
    expect(ok?.what).toContain('by the clock of where it was made, from PostgreSQL 15.');
    const other = await withTables();
    expect(blocking(await preflightOf(other, PLAN, { options: { backup } }))).toEqual(['backup']);
  },
);
