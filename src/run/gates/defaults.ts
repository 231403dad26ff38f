import type { GateName, GateThresholds } from './types.ts';

const MINUTE = 60;
const GIGABYTE = 1024 ** 3;

/** The defaults of the command line's contract, in each gate's own unit (see `GATE_UNITS`). */
export const DEFAULT_GATES: Readonly<Record<GateName, GateThresholds>> = {
  'lock-waiters': { warn: 1, pause: 10, abort: null },
  'blocked-by-us': { warn: 1, pause: 1, abort: null },
  active: { warn: 30, pause: 60, abort: null },
  connections: { warn: 80, pause: 90, abort: 97 },
  rollbacks: { warn: 2, pause: 5, abort: null },
  'old-transaction': { warn: MINUTE, pause: 10 * MINUTE, abort: null },
  'stalled-build': { warn: 5 * MINUTE, pause: 10 * MINUTE, abort: null },
  'replica-lag': { warn: 10, pause: 60, abort: null },
  'retained-wal': { warn: GIGABYTE, pause: 10 * GIGABYTE, abort: null },
};

export type GateUnit = 'sessions' | 'percent' | 'times the baseline' | 'seconds' | 'bytes';

export const GATE_UNITS: Readonly<Record<GateName, GateUnit>> = {
  'lock-waiters': 'sessions',
  'blocked-by-us': 'sessions',
  active: 'sessions',
  connections: 'percent',
  rollbacks: 'times the baseline',
  'old-transaction': 'seconds',
  'stalled-build': 'seconds',
  'replica-lag': 'seconds',
  'retained-wal': 'bytes',
};

/** A gate without any threshold is off, and is not read. */
export const isOff = (thresholds: GateThresholds): boolean =>
  thresholds.warn === null && thresholds.pause === null && thresholds.abort === null;
