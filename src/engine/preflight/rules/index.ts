import type { Rule } from '../facts.ts';
import { activeConnections } from './active-connections.ts';
import { amcheck } from './amcheck.ts';
import { attaches } from './attaches.ts';
import { backup } from './backup.ts';
import { builderResources } from './builder-resources.ts';
import { busyTables } from './busy-tables.ts';
import { connection } from './connection.ts';
import { connectionHeadroom } from './connection-headroom.ts';
import { dropWaits } from './drop-waits.ts';
import { drops } from './drops.ts';
import { estimate } from './estimate.ts';
import { indexes } from './indexes.ts';
import { ledger } from './ledger.ts';
import { matches } from './matches.ts';
import { oldTransactions } from './old-transactions.ts';
import { otherEngine } from './other-engine.ts';
import { partitioned } from './partitioned.ts';
import { probeUses } from './probe-uses.ts';
import { probes } from './probes.ts';
import { redundantIndexes } from './redundant-indexes.ts';
import { redundantOnPartitions } from './redundant-on-partitions.ts';
import { refusedIndexes } from './refused-indexes.ts';
import { refusedSettings } from './refused-settings.ts';
import { reindexes } from './reindexes.ts';
import { resumed } from './resumed.ts';
import { rightsToBuild } from './rights-to-build.ts';
import { rightsToCancel } from './rights-to-cancel.ts';
import { rightsToDrop } from './rights-to-drop.ts';
import { rightsToWatch } from './rights-to-watch.ts';
import { roleDefaults } from './role-defaults.ts';
import { rollbackRehearsed } from './rollback-rehearsed.ts';
import { runningDumps } from './running-dumps.ts';
import { standby } from './standby.ts';
import { statistics } from './statistics.ts';
import { tableKinds } from './table-kinds.ts';
import { tableWork } from './table-work.ts';
import { tables } from './tables.ts';
import { tablespaces } from './tablespaces.ts';
import { uniqueDuplicates } from './unique-duplicates.ts';
import { version } from './version.ts';
import { wraparound } from './wraparound.ts';
import { writeLoad } from './write-load.ts';
import { xminHolders } from './xmin-holders.ts';

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
  builderResources,
  tables,
  partitioned,
  attaches,
  tableKinds,
  statistics,
  tablespaces,
  refusedIndexes,
  resumed,
  indexes,
  drops,
  reindexes,
  estimate,
  redundantIndexes,
  redundantOnPartitions,
  uniqueDuplicates,
  probes,
  probeUses,
  busyTables,
  tableWork,
  wraparound,
  writeLoad,
  oldTransactions,
  xminHolders,
  activeConnections,
  rollbackRehearsed,
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
