import { isOff } from './defaults.ts';
import type { GateSignal } from './evaluate.ts';
import { fresh, type LevelMemory, type Rules, readable, unreadable } from './levels.ts';
import type { GateThresholds } from './types.ts';

/** A gate of the config file. It is recorded with the run as it stands here: no secret belongs in it. */
export interface OwnGate {
  name: string;
  /** One SELECT that gives one number, or a shell command that prints one, run in the folder `cwd`. */
  source: { kind: 'sql'; sql: string } | { kind: 'command'; command: string; cwd: string };
  everyMs: number;
  /** How long one reading may take; never more than `everyMs`. */
  timeoutMs: number;
  thresholds: GateThresholds;
  /** Less is worse: a level is past when the value is under its threshold. */
  below: boolean;
  /** What the number counts, for display; null when nobody said. */
  unit: string | null;
}

/** One reading of an own gate: its number, or why there is none. */
export interface OwnReading {
  /** When the reading ended, ISO, UTC. */
  at: string;
  value: number | null;
  why: string | null;
}

export interface OwnGateMemory extends LevelMemory {
  /** When the gate was first judged or last read, ms since the epoch; null before that. */
  heardAt: number | null;
  /** Why the last reading gave no number. */
  why: string;
}

/** Nothing heard for this much longer than a reading may take to come: the gate cannot be read. */
const SILENCE_MS = 3_000;

export const newOwnGateMemory = (): OwnGateMemory => ({ ...fresh(), heardAt: null, why: '' });

/** A value as the log and the screen say it. */
export const formatOwnValue = ({ unit }: Pick<OwnGate, 'unit'>, value: number): string => {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 2 : 1;
  return `${value.toFixed(digits)}${unit === null ? '' : ` ${unit}`}`;
};

/** As for all gates: a warning is for reaching its threshold, a pause or an abort only for passing it. */
const rulesOf = (gate: OwnGate): Rules => ({
  gate: gate.name,
  thresholds: gate.thresholds,
  isPast: (level, value, threshold) => {
    if (threshold === null) return false;
    if (value === threshold) return level === 'warn';
    return gate.below ? value < threshold : value > threshold;
  },
  sentence: (value, threshold) =>
    `${gate.name} is ${formatOwnValue(gate, value)}${threshold === null ? '' : ` (threshold ${formatOwnValue(gate, threshold)})`}`,
  warnsAtOnce: true,
});

/**
 * An own gate after one more reading, or after some time without one (`reading` null). It counts its own readings, not
 * the samples: three running past a level trip it, and it is left when readings have been under it for 10 s. A failed
 * reading warns at once; unless a good one comes, 15 s later it counts as a pause. Pure.
 */
export const judgeOwnGate = (
  memory: OwnGateMemory,
  gate: OwnGate,
  reading: OwnReading | null,
  now: number,
): { memory: OwnGateMemory; signals: GateSignal[] } => {
  // One that is turned on again begins anew.
  if (isOff(gate.thresholds)) return { memory: newOwnGateMemory(), signals: [] };
  const rules = rulesOf(gate);
  const heardAt = reading === null ? (memory.heardAt ?? now) : now;
  const silent = now - heardAt > gate.everyMs + gate.timeoutMs + SILENCE_MS;
  const failed = reading === null ? (silent ? 'no reading comes' : null) : reading.value === null ? reading.why : null;
  const why = failed ?? memory.why;
  // Between two readings only a failure goes on.
  if (reading === null && !silent && memory.unreadableSince === null)
    return { memory: { ...memory, heardAt }, signals: [] };
  const value = reading?.value ?? null;
  const step = value === null ? unreadable(memory, rules, why, now) : readable(memory, rules, value, now);
  return { memory: { ...step.memory, heardAt, why }, signals: step.signal === null ? [] : [step.signal] };
};
