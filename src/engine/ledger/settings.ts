import { quoteIdent } from '../../plan/ident.ts';
import { readingSettings } from '../settings.ts';

/**
 * For the session that works in the ledger: it sees this schema and no other, and gives up soon, since whoever locks the
 * ledger must not hold up a run. The journal is what has to be durable: no commit here waits for a replica.
 */
export const ledgerSettings = (schema: string): Record<string, string> => ({
  ...readingSettings,
  search_path: quoteIdent(schema),
  statement_timeout: '5s',
  lock_timeout: '1s',
  idle_in_transaction_session_timeout: '10s',
  idle_session_timeout: '0',
  default_transaction_read_only: 'off',
  synchronous_commit: 'local',
  jit: 'off',
});
