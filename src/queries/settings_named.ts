import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const setting = z.object({
  name: z.string(),
  /** In the setting's own unit, such as 65536 for 64 MB in kB. */
  value: z.string().nullable(),
  unit: z.string().nullable(),
  /** Who may change it and when: user and superuser settings only can be set in a session. */
  context: z.string(),
});

export type SettingRow = z.infer<typeof setting>;

const roleDefault = z.object({ name: z.string(), value: z.string(), scope: z.string() });

export type RoleDefault = z.infer<typeof roleDefault>;

const named = defineQuery('catalog/settings_named.sql', setting);
const defaults = defineQuery('catalog/role_defaults.sql', roleDefault);

/** These settings by name as a new session would have them; those that the server does not know are missing. */
export const settingsNamed = async (
  on: Queryable,
  names: readonly string[],
  options?: QueryOptions,
): Promise<Map<string, SettingRow>> => new Map((await named(on, [names], options)).map((row) => [row.name, row]));

/** What ALTER ROLE ... SET and ALTER DATABASE ... SET bring along for our sessions. */
export const roleDefaults = (on: Queryable, options?: QueryOptions): Promise<RoleDefault[]> =>
  defaults(on, [], options);
