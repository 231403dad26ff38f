/** The gates of the command line's contract, in the order they are shown. */
export const GATE_NAMES = [
  'lock-waiters',
  'blocked-by-us',
  'active',
  'connections',
  'rollbacks',
  'old-transaction',
  'stalled-build',
  'replica-lag',
  'retained-wal',
] as const;

export type GateName = (typeof GATE_NAMES)[number];

/** True for the name of a gate that every run has. */
export const isBuiltIn = (name: string): name is GateName => (GATE_NAMES as readonly string[]).includes(name);

export type GateLevel = 'warn' | 'pause' | 'abort';

/**
 * Thresholds in the gate's own unit: sessions, percent, times the baseline, seconds or bytes. Null: that level is left
 * out. A gate whose three levels are null is off and is not read.
 */
export interface GateThresholds {
  warn: number | null;
  pause: number | null;
  abort: number | null;
}
