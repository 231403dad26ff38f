import { z } from 'zod';
import { configureSession } from './configure_session.ts';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const duplicates = z.object({
  /** Keys that stand in several rows. */
  groups: z.number(),
  /** The rows that have them, all together. */
  rows: z.number(),
  examples: z.array(z.object({ values: z.array(z.string().nullable()), rows: z.number() })),
});

export type Duplicates = z.infer<typeof duplicates>;

const find = defineQuery('catalog/find_duplicates.sql', z.unknown());
const answer = defineQuery('catalog/duplicates_found.sql', z.object({ found: z.string().nullable() }));
const sizes = defineQuery('catalog/table_sizes.sql', z.object({ oid: z.int(), bytes: z.number().nullable() }));

/** Runs a query that gives `Duplicates` as JSON, read-only. It reads a whole table: give it a time limit. */
export const findDuplicates = async (on: Queryable, sql: string, options?: QueryOptions): Promise<Duplicates> => {
  const settings = { 'indexdeck.duplicates': JSON.stringify({ sql }), 'indexdeck.duplicates_found': '' };
  await configureSession(on, settings, options);
  await find(on, [], options);
  const { found } = onlyRow(await answer(on, [], options));
  return duplicates.parse(JSON.parse(found ?? 'null'));
};

/** Bytes on disk by OID; waits behind ACCESS EXCLUSIVE until the lock timeout. */
export const tableSizes = async (
  on: Queryable,
  oids: readonly number[],
  options?: QueryOptions,
): Promise<Map<number, number>> =>
  new Map(
    (await sizes(on, [oids], options)).flatMap(({ oid, bytes }) => (bytes === null ? [] : [[oid, bytes] as const])),
  );
