import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('catalog/try_settings.sql', z.object({ set_config: z.string().nullable() }));

/** Throws the server's error when it does not take one of these settings from us; changes nothing. */
export const trySettings = async (
  on: Queryable,
  settings: Readonly<Record<string, string>>,
  options?: QueryOptions,
): Promise<void> => {
  const names = Object.keys(settings);
  if (names.length > 0) await run(on, [names, Object.values(settings)], options);
};
