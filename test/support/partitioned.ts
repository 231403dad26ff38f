import type { TestDatabase } from './database.ts';

/** `orders` by year, 2026 by quarter: four leaves on two levels, of 1000 rows. */
export const makeOrders = async (database: TestDatabase): Promise<void> => {
  await database.sql('CREATE TABLE orders (id int, placed date NOT NULL, customer text) PARTITION BY RANGE (placed)');
  await database.sql("CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')");
  await database.sql(
    "CREATE TABLE orders_2026 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY RANGE (placed)",
  );
  await database.sql(
    "CREATE TABLE orders_2026_q1 PARTITION OF orders_2026 FOR VALUES FROM ('2026-01-01') TO ('2026-04-01')",
  );
  await database.sql(
    "CREATE TABLE orders_2026_q2 PARTITION OF orders_2026 FOR VALUES FROM ('2026-04-01') TO ('2026-07-01')",
  );
  await database.sql('CREATE TABLE orders_rest PARTITION OF orders DEFAULT');
  await database.sql(
    "INSERT INTO orders SELECT n, '2025-08-01'::date + n % 330, 'customer ' || n % 100 FROM generate_series(1, 1000) n",
  );
};

export interface ListedIndex {
  name: string;
  table: string;
  valid: boolean;
  /** The index that it is attached to. */
  parent: string | null;
}

/** Every index of the schema `public`. */
export const indexTree = (database: TestDatabase): Promise<ListedIndex[]> =>
  database.sql(
    `SELECT relname AS name, indrelid::regclass::text AS table, indisvalid AS valid, inhparent::regclass::text AS parent
     FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid LEFT JOIN pg_inherits ON inhrelid = indexrelid
     WHERE relnamespace = 'public'::regnamespace ORDER BY relname`,
  );
