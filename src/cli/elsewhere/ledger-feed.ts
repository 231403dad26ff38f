import { LedgerFeed } from '../../client/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import { ledgerSettings } from '../../engine/ledger/index.ts';
import { Session } from '../../engine/session.ts';
import type { ClientRole } from '../../run/index.ts';
import { actor } from '../identity.ts';

/** What a session says it is for, in application_name: engines count who watches by it. */
const PURPOSES: Readonly<Record<ClientRole, string>> = { observer: 'watch', operator: 'attach', caller: 'order' };

/** How a screen or a caller works in the ledger. An observer's session cannot write, whatever his role may. */
export const followerSettings = (schema: string, role: ClientRole): Record<string, string> => ({
  ...ledgerSettings(schema),
  default_transaction_read_only: role === 'observer' ? 'on' : 'off',
  // Its few statements are sent once a second: they are planned once.
  plan_cache_mode: 'force_generic_plan',
});

/** Follows a run through the ledger in a database, from wherever the database can be reached. */
export const followLedger = (
  connection: ConnectionConfig,
  schema: string,
  run: string,
  role: ClientRole,
  name = actor(),
): LedgerFeed =>
  new LedgerFeed({
    run,
    role,
    name,
    open: (signal) =>
      Session.open({
        connection,
        name: PURPOSES[role],
        run: `${run} ${name}`,
        settings: followerSettings(schema, role),
        signal,
      }),
    listen: { ...connection, application_name: `indexdeck wake ${run}`, connectionTimeoutMillis: 10_000 },
  });
