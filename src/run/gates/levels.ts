import type { GateLevel, GateThresholds } from './types.ts';

/** A level counts when the value was past it in this many readings running. */
export const SAMPLES_TO_TRIP = 3;
/** A level is left when the value has been under it for this long. */
export const CLEAR_AFTER_MS = 10_000;
/** A gate that could not be read for this long counts as a pause. */
export const UNREADABLE_PAUSES_AFTER_MS = 15_000;

/** What a gate remembers from reading to reading. */
export interface LevelMemory {
  level: GateLevel | null;
  /** Readings running in which the value was past each level. */
  past: Record<GateLevel, number>;
  /** Since when the value has been under the present level, in ms; null while it is not. */
  underSince: number | null;
  unreadableSince: number | null;
}

/** The gate is now at this level; null: clear. */
export interface LevelSignal {
  kind: 'level';
  /** A `GateName`, or the name of an own gate. */
  gate: string;
  level: GateLevel | null;
  value: number | null;
  threshold: number | null;
  reason: string;
}

/** What one gate goes by. Thresholds are in the unit of the value. */
export interface Rules {
  gate: string;
  thresholds: GateThresholds;
  isPast(level: GateLevel, value: number, threshold: number | null): boolean;
  /** The value and its threshold in words. */
  sentence(value: number, threshold: number | null): string;
  /** The first failed reading warns; else the second. */
  warnsAtOnce: boolean;
}

export interface LevelStep {
  memory: LevelMemory;
  signal: LevelSignal | null;
}

const LEVELS = ['abort', 'pause', 'warn'] as const satisfies readonly GateLevel[];
const SEVERITY: Readonly<Record<GateLevel, number>> = { warn: 1, pause: 2, abort: 3 };

export const fresh = (): LevelMemory => ({
  level: null,
  past: { warn: 0, pause: 0, abort: 0 },
  underSince: null,
  unreadableSince: null,
});

/** After a reading that gave no value. */
export const unreadable = (memory: LevelMemory, rules: Rules, why: string, now: number): LevelStep => {
  const since = memory.unreadableSince ?? now;
  const first = memory.unreadableSince === null;
  const level = now - since >= UNREADABLE_PAUSES_AFTER_MS ? 'pause' : first && !rules.warnsAtOnce ? null : 'warn';
  const rises = level !== null && (memory.level === null || SEVERITY[level] > SEVERITY[memory.level]);
  return {
    memory: { ...memory, level: rises ? level : memory.level, unreadableSince: since, underSince: null },
    signal: rises
      ? { kind: 'level', gate: rules.gate, level, value: null, threshold: null, reason: `cannot be read: ${why}` }
      : null,
  };
};

/** After a reading that gave this value. */
export const readable = (memory: LevelMemory, rules: Rules, value: number, now: number): LevelStep => {
  const { gate, thresholds } = rules;
  const past = Object.fromEntries(
    LEVELS.map((level) => [level, rules.isPast(level, value, thresholds[level]) ? memory.past[level] + 1 : 0]),
  ) as Record<GateLevel, number>;
  const reached = LEVELS.find((level) => past[level] >= SAMPLES_TO_TRIP) ?? null;
  const base = { ...memory, past, unreadableSince: null };
  const signal = (level: GateLevel | null): LevelSignal => {
    const threshold = level === null ? null : thresholds[level];
    return { kind: 'level', gate, level, value, threshold, reason: rules.sentence(value, threshold) };
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
