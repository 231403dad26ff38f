import { expect } from 'vitest';
import { createDatabase, type DatabaseOptions, type TestDatabase } from './database.ts';
import { idleInTransaction, type Scene } from './locks.ts';
import { invalidIndexes, type RunSetup, sessionsOf, startRun, type TestRun } from './run.ts';
import type { ServerVersion } from './server.ts';

/** One index on each of the two tables, in two sections. */
export const TWO_INDEXES = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
`;

export const TABLES = ['dishes', 'courses'] as const;

/** Makes these tables, each with an id, a name, and so many rows. */
export const makeTables = async (
  database: TestDatabase,
  { tables = TABLES, rows = 1_000 }: { tables?: readonly string[]; rows?: number } = {},
): Promise<void> => {
  for (const table of tables) {
    await database.sql(`CREATE TABLE ${table} (id int PRIMARY KEY, name text NOT NULL)`);
    await database.sql(`INSERT INTO ${table} SELECT n, 'name ' || n FROM generate_series(1, ${rows}) n`);
  }
};

/** A database with the two tables. */
export const twoTables = async (version: ServerVersion, options: DatabaseOptions = {}): Promise<TestDatabase> => {
  const database = await createDatabase(version, options);
  await makeTables(database);
  return database;
};

/** A run in its first build, which ends once the forgotten transaction is released. */
export const heldRun = async (
  database: TestDatabase,
  plan: string,
  setup: RunSetup = {},
): Promise<{ run: TestRun; forgotten: Scene }> => {
  const forgotten = await idleInTransaction(database);
  const run = await startRun(database, plan, setup);
  await run.go();
  await run.until((state) => state.steps[0]?.oid);
  return { run, forgotten };
};

/** The indexes of the plan are there and valid, and nothing else is left of a run. */
export const expectTwoIndexes = async (database: TestDatabase): Promise<void> => {
  const valid = await database.sql<{ name: string }>(
    `SELECT indexrelid::regclass::text AS name FROM pg_index
     WHERE indisvalid AND indexrelid::regclass::text LIKE 'idx\\_%' ORDER BY 1`,
  );
  expect(valid.map(({ name }) => name)).toEqual(['idx_courses_name', 'idx_dishes_name']);
  expect(await invalidIndexes(database)).toEqual([]);
  expect(await sessionsOf(database)).toEqual([]);
};

/** Ends the sessions of the runs on this database that have this name, such as `lock`; a row for each. */
export const endSessions = (database: TestDatabase, name: string) =>
  database.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'indexdeck ' || $1 || '%'`,
    [name],
  );
