import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('session/configure_session.sql', z.object({ set_config: z.string() }));

/** Sets server settings for the session. A name or value that the server refuses throws its error; none is set then. */
export const configureSession = async (
  on: Queryable,
  settings: Readonly<Record<string, string>>,
  options?: QueryOptions,
): Promise<void> => {
  const names = Object.keys(settings);
  if (names.length > 0) await run(on, [names, Object.values(settings)], options);
};
