import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const find = defineQuery('catalog/extension.sql', z.object({ schema: z.string(), version: z.string() }));
const right = defineQuery('catalog/amcheck_right.sql', z.object({ allowed: z.boolean() }));
const check = defineQuery('monitor/bt_index_check.sql', z.object({ bt_index_check: z.unknown() }));

/** Where an extension of this database is; null when it is not installed. */
export const extension = async (on: Queryable, name: string, options?: QueryOptions) =>
  (await find(on, [name], options))[0] ?? null;

/** Whether our role may call amcheck's bt_index_check, which is in this schema. */
export const mayCheckIndexes = async (on: Queryable, schema: string, options?: QueryOptions): Promise<boolean> =>
  onlyRow(await right(on, [schema], options)).allowed;

/** Goes through a whole B-tree index; fails where it is broken. amcheck must be in the search path. */
export const checkIndex = async (on: Queryable, oid: number, options?: QueryOptions): Promise<void> => {
  await check(on, [oid], options);
};
