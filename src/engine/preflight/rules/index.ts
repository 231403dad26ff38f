import type { Rule } from '../facts.ts';
import { activeConnections } from './active-connections.ts';
import { amcheck } from './amcheck.ts';
import { attaches } from './attaches.ts';
import { backup } from './backup.ts';
import { busyTables } from './busy-tables.ts';
import { connection } from './connection.ts';
import { connectionHeadroom } from './connection-headroom.ts';
import { dropWaits } from './drop-waits.ts';
import { indexes } from './indexes.ts';
import { ledger } from './ledger.ts';
import { matches } from './matches.ts';
import { oldTransactions } from './old-transactions.ts';
import { otherEngine } from './other-engine.ts';
import { partitioned } from './partitioned.ts';
import { probes } from './probes.ts';
import { refusedIndexes } from './refused-indexes.ts';
import { refusedSettings } from './refused-settings.ts';
import { resumed } from './resumed.ts';
import { rightsToBuild } from './rights-to-build.ts';
import { rightsToCancel } from './rights-to-cancel.ts';
import { rightsToDrop } from './rights-to-drop.ts';
import { rightsToWatch } from './rights-to-watch.ts';
import { roleDefaults } from './role-defaults.ts';
import { runningDumps } from './running-dumps.ts';
import { standby } from './standby.ts';
import { tables } from './tables.ts';
import { version } from './version.ts';

/** In the order in which a person reads them: the server, our rights, the plan, what is going on. */
export const RULES: readonly Rule[] = [
  connection,
  version,
  standby,
  otherEngine,
  runningDumps,
  matches,
  backup,
  rightsToBuild,
  rightsToWatch,
  rightsToCancel,
  connectionHeadroom,
  ledger,
  amcheck,
  roleDefaults,
  refusedSettings,
  tables,
  partitioned,
  attaches,
  refusedIndexes,
  resumed,
  indexes,
  probes,
  busyTables,
  oldTransactions,
  activeConnections,
];

/** What matters to the way back: neither the plan nor what a version builds wrongly stands in it. */
export const ROLLBACK_RULES: readonly Rule[] = [
  connection,
  standby,
  otherEngine,
  rightsToDrop,
  rightsToWatch,
  rightsToCancel,
  connectionHeadroom,
  roleDefaults,
  dropWaits,
  activeConnections,
];
