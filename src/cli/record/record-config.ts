import type { RecordConfig } from '../../engine/config.ts';
import type { Io } from '../io.ts';
import type { GivenOptions } from '../options/deploy-options.ts';
import { parseWebhook } from '../options/values.ts';

/** Where the record goes besides journal and ledger: what flags and config file say, and the environment. */
export const recordConfig = ({ webhook, hooks }: GivenOptions, { env }: Io): RecordConfig => {
  const { INDEXDECK_WEBHOOK: inherited } = env;
  const url = webhook ?? (inherited === undefined || inherited === '' ? null : parseWebhook(inherited));
  return { webhook: url, hooks: hooks ?? [], umask: process.umask() };
};
