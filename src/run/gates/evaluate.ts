import type { Sample } from '../samples.ts';
import { isOff } from './defaults.ts';
import { fresh, type LevelMemory, type LevelSignal, type Rules, readable, unreadable } from './levels.ts';
import { absoluteThresholds, culprit, formatGateValue, GATE_SUBJECTS, type Reading, readGate } from './readings.ts';
import { GATE_NAMES, type GateLevel, type GateName, type GateThresholds } from './types.ts';

/** A build that others have waited for during this time is cancelled and put back in the queue. */
export const BLOCKING_CANCELS_AFTER_S = 5;

/** What the gates remember from sample to sample. */
export type GateMemory = Readonly<Record<GateName, LevelMemory>>;

export type GateSignal =
  | LevelSignal
  /** Others have waited too long for this step's build. */
  | { kind: 'cancel-build'; step: number; reason: string };

export interface GateContext {
  gates: Record<GateName, GateThresholds>;
  /** See `usualRollbackRate`. Null: it could not be measured. Undefined: not yet, and the gate is not judged. */
  usualRollbacksPerS: number | null | undefined;
  /** Milliseconds since the epoch, on one clock for all calls. */
  now: number;
}

export const newGateMemory = (): GateMemory =>
  Object.fromEntries(GATE_NAMES.map((gate) => [gate, fresh()])) as Record<GateName, LevelMemory>;

/** A warning is for reaching its threshold; a pause or an abort only for going over. */
const isPast = (level: GateLevel, value: number, threshold: number | null): boolean =>
  threshold !== null && (level === 'warn' ? value >= threshold : value > threshold);

const sentence = (gate: GateName, value: number, threshold: number | null, sample: Sample): string => {
  const limit = threshold === null ? '' : ` (threshold ${formatGateValue(gate, threshold)})`;
  return `${GATE_SUBJECTS[gate]}: ${formatGateValue(gate, value)}${limit}${culprit(gate, sample)}`;
};

const rulesOf = (gate: GateName, thresholds: GateThresholds, sample: Sample | null): Rules => ({
  gate,
  thresholds,
  isPast,
  sentence: (value, threshold) => (sample === null ? '' : sentence(gate, value, threshold, sample)),
  warnsAtOnce: false,
});

const cancellations = (sample: Sample, thresholds: GateThresholds): GateSignal[] => {
  const least = thresholds.pause;
  if (least === null) return [];
  return sample.builds
    .filter((build) => build.blocks.length >= least)
    .filter((build) => build.blocksS >= BLOCKING_CANCELS_AFTER_S)
    .map((build) => ({
      kind: 'cancel-build',
      step: build.step,
      reason: `pid ${build.blocks.join(', ')} waited ${formatGateValue('blocked-by-us', build.blocksS)} s for this build`,
    }));
};

/** A pause of the whole run is not what `blocked-by-us` does at that level: it cancels the one build. */
const levelsOf = (gate: GateName, thresholds: GateThresholds): GateThresholds =>
  gate === 'blocked-by-us' ? { ...thresholds, pause: null } : thresholds;

/**
 * The gates after one more sample; `sample` is null when the server gave none in time. Pure: the same memory, sample
 * and time give the same signals.
 */
export const evaluateGates = (
  memory: GateMemory,
  sample: Sample | null,
  context: GateContext,
): { memory: GateMemory; signals: GateSignal[] } => {
  const signals: GateSignal[] = [];
  const next = { ...memory } as Record<GateName, LevelMemory>;
  for (const gate of GATE_NAMES) {
    const { usualRollbacksPerS } = context;
    // One that is off, and is turned on again, begins anew.
    if (isOff(context.gates[gate])) next[gate] = fresh();
    if (isOff(context.gates[gate]) || (gate === 'rollbacks' && usualRollbacksPerS === undefined)) continue;
    const reading: Reading =
      sample === null ? { value: null, why: 'the server gives no reading' } : readGate(gate, sample);
    const thresholds = absoluteThresholds(gate, levelsOf(gate, context.gates[gate]), usualRollbacksPerS ?? null);
    const rules = rulesOf(gate, thresholds, sample);
    const step =
      reading.value === null
        ? unreadable(memory[gate], rules, reading.why, context.now)
        : readable(memory[gate], rules, reading.value, context.now);
    next[gate] = step.memory;
    if (step.signal !== null) signals.push(step.signal);
  }
  if (sample !== null) signals.push(...cancellations(sample, context.gates['blocked-by-us']));
  return { memory: next, signals };
};
