import type { RunOptions } from '../events.ts';
import type { GateThresholds } from './types.ts';

/** The options with other thresholds of one gate, be it an own one or not. */
export const withGate = (options: RunOptions, gate: string, thresholds: GateThresholds): RunOptions =>
  gate in options.gates
    ? { ...options, gates: { ...options.gates, [gate]: thresholds } }
    : {
        ...options,
        ownGates: (options.ownGates ?? []).map((own) => (own.name === gate ? { ...own, thresholds } : own)),
      };
