import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const nothing = z.never();

const FILES = ['0001_runs', '0002_events', '0003_commands', '0004_pending_commands', '0005_samples', '0006_opener'];

/** One step in the making of the ledger. Each can be applied again without harm. */
export interface Migration {
  version: number;
  name: string;
  apply(on: Queryable, options?: QueryOptions): Promise<void>;
}

/** All there are, in order: versions count from 1. */
export const MIGRATIONS: readonly Migration[] = FILES.map((name, at) => {
  const run = defineQuery(`ledger/migrations/${name}.sql`, nothing);
  return {
    version: at + 1,
    name,
    apply: async (on, options) => {
      await run(on, [], options);
    },
  };
});

const create = defineQuery('ledger/create_migrations.sql', nothing);
const applied = defineQuery('ledger/applied_migrations.sql', z.object({ version: z.int(), name: z.string() }));
const record = defineQuery('ledger/record_migration.sql', nothing);

/** Makes the table that migrations are recorded in. */
export const createMigrations = async (on: Queryable, options?: QueryOptions): Promise<void> => {
  await create(on, [], options);
};

/** What was applied so far, in order. */
export const appliedMigrations = (
  on: Queryable,
  options?: QueryOptions,
): Promise<{ version: number; name: string }[]> => applied(on, [], options);

/** Records that a migration was applied, by this version of indexdeck. */
export const recordMigration = async (
  on: Queryable,
  { version, name }: Migration,
  indexdeckVersion: string,
  options?: QueryOptions,
): Promise<void> => {
  await record(on, [version, name, indexdeckVersion], options);
};
