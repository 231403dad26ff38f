import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createDatabase, type DatabaseOptions, type TestDatabase } from '../support/database.ts';
import { file, folder } from './program.ts';

const TABLES = `
  CREATE TABLE dishes AS SELECT n AS id, n % 7 AS course, 'dish ' || n % 50 AS name FROM generate_series(1, 2000) n;
  CREATE TABLE courses AS SELECT n AS id, 'course ' || n AS name FROM generate_series(1, 50) n;`;

const PLAN = `
-- SECTION 1: MENU
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_course ON dishes (course);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_courses_name ON courses (lower(name));
-- SECTION 2: MORE
CREATE UNIQUE INDEX CONCURRENTLY idx_dishes_id ON dishes (id);
`;

/** A database, a plan for it, and how to deploy one on the other. */
export interface Place {
  database: TestDatabase;
  journal: string;
  plan: string;
  args: string[];
  env: Record<string, string>;
}

/** An engine that a failed test leaves behind would go on for ever. */
const endEngines = (journal: string): void => {
  for (const run of readdirSync(journal, { withFileTypes: true })) {
    try {
      process.kill(Number(readFileSync(join(journal, run.name, 'engine.pid'), 'utf8')), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
};

export const place = async (
  version: 15 | 18 = 18,
  sql = PLAN,
  options: Pick<DatabaseOptions, 'mayLeaveSessions'> = {},
): Promise<Place> => {
  const database = await createDatabase(version, options);
  await database.sql(TABLES);
  const journal = join(folder(), 'runs');
  onTestFinished(() => {
    if (existsSync(journal)) endEngines(journal);
  });
  const plan = file('plan.sql', sql);
  return {
    database,
    journal,
    plan,
    args: ['deploy', plan, '--yes', '--baseline', '1s', '--quick-look', '--journal', journal],
    env: database.environment,
  };
};

export const indexes = (database: TestDatabase) =>
  database.sql<{ name: string; valid: boolean }>(
    `SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
     WHERE relnamespace = 'public'::regnamespace ORDER BY relname`,
  );

/** What PLAN makes. */
export const BUILT = ['idx_courses_name', 'idx_dishes_course', 'idx_dishes_id'].map((name) => ({ name, valid: true }));
