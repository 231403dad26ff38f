import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const waits = z.object({
  pid: z.int(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  state: z.string().nullable(),
});
export type RestoreWait = z.infer<typeof waits>;

const schemas = defineQuery('restore/ledgers.sql', z.object({ schema: z.string() }));
const others = defineQuery('restore/others_objects.sql', z.object({ name: z.string(), objects: z.int() }));
const mark = defineQuery('restore/relation_mark.sql', z.object({ mark: z.string() }));
const invalid = defineQuery('restore/invalid_indexes.sql', z.object({ name: z.string() }));
const waiting = defineQuery('restore/restore_waits.sql', waits);

/** The schemas that hold a ledger. */
export const ledgerSchemas = async (on: Queryable, options?: QueryOptions): Promise<string[]> =>
  (await schemas(on, [], options)).map(({ schema }) => schema);

/** A few of the objects that belong to others, and how many there are. */
export const othersObjects = async (
  on: Queryable,
  options?: QueryOptions,
): Promise<{ names: string[]; objects: number }> => {
  const rows = await others(on, [], options);
  return { names: rows.map(({ name }) => name), objects: rows[0]?.objects ?? 0 };
};

/** Changes when a relation of users, ledgers aside, is made or dropped. */
export const relationMark = async (
  on: Queryable,
  ledgers: readonly string[],
  options?: QueryOptions,
): Promise<string> => onlyRow(await mark(on, [ledgers], options)).mark;

/** The indexes that are not valid, as schema.name. */
export const invalidIndexes = async (on: Queryable, options?: QueryOptions): Promise<string[]> =>
  (await invalid(on, [], options)).map(({ name }) => name);

/** Who is in the way of the sessions of this application_name; null when nobody is. */
export const restoreWait = async (
  on: Queryable,
  application: string,
  options?: QueryOptions,
): Promise<RestoreWait | null> => (await waiting(on, [application], options))[0] ?? null;
