import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const count = defineQuery('catalog/count_indexes.sql', z.object({ indexes: z.int(), idx_indexes: z.int() }));
const size = defineQuery('catalog/database_size.sql', z.object({ bytes: z.number() }));

/** How many indexes these schemas have, and how many of them are named idx_%. */
export const countIndexes = async (on: Queryable, schemas: readonly string[], options?: QueryOptions) => {
  const row = onlyRow(await count(on, [schemas], options));
  return { indexes: row.indexes, idxIndexes: row.idx_indexes };
};

/** Bytes of this database on disk. */
export const databaseSize = async (on: Queryable, options?: QueryOptions): Promise<number> =>
  onlyRow(await size(on, [], options)).bytes;
