import { readingSettings } from '../settings.ts';

/**
 * For the session that inspects. It may write, since the server tells what a planned index is by building it on an empty
 * scratch table (`tryIndexes`), and it gives up soon: what it asks for may stand behind somebody's ACCESS EXCLUSIVE lock.
 */
export const inspectingSettings: Readonly<Record<string, string>> = {
  ...readingSettings,
  statement_timeout: '10s',
  lock_timeout: '500ms',
  idle_in_transaction_session_timeout: '10s',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_read_only: 'off',
  jit: 'off',
};
