import { readFileSync } from 'node:fs';
import type { z } from 'zod';

export interface QueryOptions {
  /** Milliseconds to wait for the answer before the connection counts as lost. */
  timeoutMs?: number;
  /** Sent often: the server keeps its plan for as long as the session lasts. */
  prepared?: boolean;
}

/** What runs a query: a session of the engine, or a pool's client behind a function of two lines. */
export interface Queryable {
  query(text: string, values?: readonly unknown[], options?: QueryOptions): Promise<unknown[]>;
}

/**
 * A query as its file under `sql/` says it, run as it stands there, comments and all: so it is found again in
 * pg_stat_statements and in the server's log. Rows are checked where they come in; a row of another shape throws a
 * ZodError that names the file.
 */
export const defineQuery = <Row>(file: string, row: z.ZodType<Row>) => {
  // The same distance from src/queries and from dist/queries.
  const text = readFileSync(new URL(`../../sql/${file}`, import.meta.url), 'utf8');
  return async (on: Queryable, values: readonly unknown[] = [], options?: QueryOptions): Promise<Row[]> => {
    const rows = await on.query(text, values, options);
    return rows.map((each) => {
      const checked = row.safeParse(each);
      if (!checked.success) throw new Error(`sql/${file} answered with an unexpected row`, { cause: checked.error });
      return checked.data;
    });
  };
};

/** The only row of an answer; an answer without one throws. */
export const onlyRow = <Row>(rows: readonly Row[]): Row => {
  const [row] = rows;
  if (row === undefined) throw new Error('a query that always answers gave no row');
  return row;
};
