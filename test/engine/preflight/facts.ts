import type { Facts } from '../../../src/engine/preflight/index.ts';
import { runOptions } from './support.ts';

/** Facts of a server where all is well, to change one of. */
export const factsWhere = (
  changes: Partial<Omit<Facts, 'server'>> & { server?: Partial<Facts['server']> } = {},
): Facts => {
  const { server, ...rest } = changes;
  return {
    plan: { fingerprint: '', files: [], sections: [], validations: [], leftOut: [], problems: [], findings: [] },
    options: runOptions(),
    resumed: null,
    pooling: 'none',
    active: 0,
    ourSessions: 3,
    otherEngines: [],
    dumps: [],
    systemIdentifier: null,
    indexes: [],
    partitioned: [],
    attaches: [],
    parts: [],
    transactions: [],
    settings: new Map(),
    refusedSettings: [],
    roleDefaults: [],
    ledger: null,
    amcheck: null,
    refusedProbes: [],
    ...rest,
    server: {
      version: '18.4',
      version_num: 180004,
      started_at: null,
      in_recovery: false,
      user: 'deployer',
      database: 'menuca',
      superuser: false,
      monitor: true,
      may_signal: true,
      max_connections: 100,
      reserved_for_superusers: 3,
      reserved_for_role: 0,
      may_use_reserved: false,
      event_triggers: false,
      connections: 10,
      role_limit: -1,
      role_connections: 3,
      database_limit: -1,
      database_connections: 10,
      ...server,
    },
  };
};
