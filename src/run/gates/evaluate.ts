import type { Sample } from '../samples.ts';
import { isOff } from './defaults.ts';
import { absoluteThresholds, culprit, formatGateValue, GATE_SUBJECTS, type Reading, readGate } from './readings.ts';
import { GATE_NAMES, type GateLevel, type GateName, type GateThresholds } from './types.ts';

/** A level counts when the value was past it in this many samples running. */
export const SAMPLES_TO_TRIP = 3;
/** A level is left when the value has been under it for this long. */
export const CLEAR_AFTER_MS = 10_000;
/** A gate that could not be read for this long counts as a pause. */
export const UNREADABLE_PAUSES_AFTER_MS = 15_000;
/** A build that others have waited for during this time is cancelled and put back in the queue. */
export const BLOCKING_CANCELS_AFTER_S = 5;

interface Memory {
  level: GateLevel | null;
  /** Samples running in which the value was past each level. */
  past: Record<GateLevel, number>;
  /** Since when the value has been under the present level, in ms; null while it is not. */
  underSince: number | null;
  unreadableSince: number | null;
}

/** What the gates remember from sample to sample. */
export type GateMemory = Readonly<Record<GateName, Memory>>;

export type GateSignal =
  /** The gate is now at this level; null: clear. */
  | {
      kind: 'level';
      gate: GateName;
      level: GateLevel | null;
      value: number | null;
      threshold: number | null;
      reason: string;
    }
  /** Others have waited too long for this step's build. */
  | { kind: 'cancel-build'; step: number; reason: string };

export interface GateContext {
  gates: Record<GateName, GateThresholds>;
  /** See `usualRollbackRate`. Null: it could not be measured. Undefined: not yet, and the gate is not judged. */
  usualRollbacksPerS: number | null | undefined;
  /** Milliseconds since the epoch, on one clock for all calls. */
  now: number;
}

const LEVELS = ['abort', 'pause', 'warn'] as const satisfies readonly GateLevel[];
const SEVERITY: Readonly<Record<GateLevel, number>> = { warn: 1, pause: 2, abort: 3 };

const fresh = (): Memory => ({
  level: null,
  past: { warn: 0, pause: 0, abort: 0 },
  underSince: null,
  unreadableSince: null,
});

export const newGateMemory = (): GateMemory =>
  Object.fromEntries(GATE_NAMES.map((gate) => [gate, fresh()])) as Record<GateName, Memory>;

/** A warning is for reaching its threshold; a pause or an abort only for going over. */
const isPast = (level: GateLevel, value: number, threshold: number | null): boolean =>
  threshold !== null && (level === 'warn' ? value >= threshold : value > threshold);

interface Step {
  memory: Memory;
  signal: Extract<GateSignal, { kind: 'level' }> | null;
}

const unreadable = (gate: GateName, memory: Memory, why: string, now: number): Step => {
  const since = memory.unreadableSince ?? now;
  const level = now - since >= UNREADABLE_PAUSES_AFTER_MS ? 'pause' : memory.unreadableSince === null ? null : 'warn';
  const rises = level !== null && (memory.level === null || SEVERITY[level] > SEVERITY[memory.level]);
  return {
    memory: { ...memory, level: rises ? level : memory.level, unreadableSince: since, underSince: null },
    signal: rises
      ? { kind: 'level', gate, level, value: null, threshold: null, reason: `cannot be read: ${why}` }
      : null,
  };
};

const sentence = (gate: GateName, value: number, threshold: number | null, sample: Sample): string => {
  const limit = threshold === null ? '' : ` (threshold ${formatGateValue(gate, threshold)})`;
  return `${GATE_SUBJECTS[gate]}: ${formatGateValue(gate, value)}${limit}${culprit(gate, sample)}`;
};

const readable = (
  gate: GateName,
  memory: Memory,
  value: number,
  thresholds: GateThresholds,
  sample: Sample,
  now: number,
): Step => {
  const past = Object.fromEntries(
    LEVELS.map((level) => [level, isPast(level, value, thresholds[level]) ? memory.past[level] + 1 : 0]),
  ) as Record<GateLevel, number>;
  const reached = LEVELS.find((level) => past[level] >= SAMPLES_TO_TRIP) ?? null;
  const base = { ...memory, past, unreadableSince: null };
  const signal = (level: GateLevel | null): Step['signal'] => {
    const threshold = level === null ? null : thresholds[level];
    return { kind: 'level', gate, level, value, threshold, reason: sentence(gate, value, threshold, sample) };
  };
  if (reached !== null && (memory.level === null || SEVERITY[reached] > SEVERITY[memory.level]))
    return { memory: { ...base, level: reached, underSince: null }, signal: signal(reached) };
  if (memory.level === null || past[memory.level] > 0) return { memory: { ...base, underSince: null }, signal: null };
  const underSince = memory.underSince ?? now;
  if (now - underSince < CLEAR_AFTER_MS) return { memory: { ...base, underSince }, signal: null };
  // Left the level, perhaps for a lower one that it still holds.
  const lower = LEVELS.find((level) => past[level] > 0) ?? null;
  return { memory: { ...base, level: lower, underSince: null }, signal: signal(lower) };
};

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
  const next = { ...memory } as Record<GateName, Memory>;
  for (const gate of GATE_NAMES) {
    const { usualRollbacksPerS } = context;
    if (isOff(context.gates[gate]) || (gate === 'rollbacks' && usualRollbacksPerS === undefined)) continue;
    const reading: Reading =
      sample === null ? { value: null, why: 'the server gives no reading' } : readGate(gate, sample);
    const thresholds = absoluteThresholds(gate, levelsOf(gate, context.gates[gate]), usualRollbacksPerS ?? null);
    const step =
      sample === null || reading.value === null
        ? unreadable(gate, memory[gate], 'why' in reading ? reading.why : '', context.now)
        : readable(gate, memory[gate], reading.value, thresholds, sample, context.now);
    next[gate] = step.memory;
    if (step.signal !== null) signals.push(step.signal);
  }
  if (sample !== null) signals.push(...cancellations(sample, context.gates['blocked-by-us']));
  return { memory: next, signals };
};
