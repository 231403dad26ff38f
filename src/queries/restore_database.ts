import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  /** In digits. */
  oid: z.string(),
  name: z.string(),
  owner: z.string(),
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  /** c, i or b; null before PostgreSQL 15. */
  provider: z.string().nullable(),
  locale: z.string().nullable(),
  icu_rules: z.string().nullable(),
  tablespace: z.string(),
  /** -1: no limit. */
  connection_limit: z.int(),
  comment: z.string().nullable(),
  /** We are its owner, or a member of that role. */
  owned: z.boolean(),
  may_create_databases: z.boolean(),
  /** Prepared transactions in it. */
  prepared: z.int(),
  /** Logical replication slots on it. */
  slots: z.int(),
  subscriptions: z.int(),
});
const setting = z.object({ role: z.string().nullable(), setting: z.string() });
const grant = z.object({ role: z.string().nullable(), privilege: z.string(), grantable: z.boolean() });

export type DatabaseRow = z.infer<typeof row>;
/** `role` null: for every role. */
export type DatabaseSettingRow = z.infer<typeof setting>;
/** `role` null: PUBLIC. */
export type DatabaseGrantRow = z.infer<typeof grant>;

const about = defineQuery('restore/database.sql', row);
const settings = defineQuery('restore/database_settings.sql', setting);
const grants = defineQuery('restore/database_grants.sql', grant);

/** The database that we are connected to, and what we may do with it. */
export const aboutDatabase = async (on: Queryable, options?: QueryOptions): Promise<DatabaseRow> =>
  onlyRow(await about(on, [], options));

/** What was set for it with ALTER DATABASE ... SET. */
export const databaseSettings = (on: Queryable, options?: QueryOptions): Promise<DatabaseSettingRow[]> =>
  settings(on, [], options);

/** The rights on it; none when they are a new database's. */
export const databaseGrants = (on: Queryable, options?: QueryOptions): Promise<DatabaseGrantRow[]> =>
  grants(on, [], options);
