import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  version: z.string(),
  version_num: z.int(),
  /** ISO, UTC. */
  started_at: z.string().nullable(),
  in_recovery: z.boolean(),
  user: z.string(),
  database: z.string(),
  superuser: z.boolean(),
  /** May see others' activity. */
  monitor: z.boolean(),
  /** May cancel others' statements. */
  may_signal: z.boolean(),
  max_connections: z.int(),
  reserved_for_superusers: z.int(),
  /** reserved_connections, from PostgreSQL 16. */
  reserved_for_role: z.int(),
  may_use_reserved: z.boolean(),
  /** Triggers of the database that run for every DDL statement. */
  event_triggers: z.boolean(),
  connections: z.int(),
  /** -1: no limit. */
  role_limit: z.int(),
  role_connections: z.int(),
  /** -1: no limit. */
  database_limit: z.int(),
  database_connections: z.int(),
});

export type ServerFactsRow = z.infer<typeof row>;

const run = defineQuery('catalog/server_facts.sql', row);

/** What the server says of itself, of our role and of the room for connections. */
export const serverFacts = async (on: Queryable, options?: QueryOptions): Promise<ServerFactsRow> =>
  onlyRow(await run(on, [], options));
