import type { Actor, Command } from './commands.ts';
import type { EventBody } from './events.ts';
import { clockTime } from './format.ts';
import { isOff } from './gates/defaults.ts';
import { GATE_NAMES, type GateThresholds, isBuiltIn } from './gates/types.ts';
import { notAtWork } from './phases.ts';
import type { RunState } from './state.ts';
import { accept, refuse, type Verdict } from './verdict.ts';

/** More sessions than this at a time gain nothing, and take connections from the people who work there. */
export const MOST_JOBS = 16;
/** A delay longer than this is a pause. */
export const MOST_DELAY_MS = 3_600_000;

/** Another number of builds at the same time. */
export const setJobs = (state: RunState, jobs: number, by: Actor): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_JOBS) return refuse(`jobs must be 1 to ${MOST_JOBS}`);
  if (jobs === state.jobs) return refuse(`jobs is ${jobs} already`);
  return accept(`jobs ${jobs}`, { type: 'jobs.changed', from: state.jobs, to: jobs, by });
};

/** Another time between builds. */
export const setDelay = (state: RunState, delayMs: number, by: Actor): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  if (!Number.isInteger(delayMs) || delayMs < 0 || delayMs > MOST_DELAY_MS)
    return refuse('the delay between builds must be 0 to 1 hour: pause for longer');
  if (delayMs === state.delayMs) return refuse(`the delay is ${clockTime(delayMs)} already`);
  return accept(`delay ${clockTime(delayMs)}`, { type: 'delay.changed', fromMs: state.delayMs, toMs: delayMs, by });
};

/** The thresholds of a gate as they are now, and whether less is worse; null when there is no such gate. */
const gateNow = ({ options }: RunState, gate: string): { thresholds: GateThresholds; below: boolean } | null => {
  if (isBuiltIn(gate)) return { thresholds: options.gates[gate], below: false };
  return options.ownGates?.find((each) => each.name === gate) ?? null;
};

const LEVELS = ['warn', 'pause', 'abort'] as const;

/** Why these thresholds make no sense; null when they do. */
const badThresholds = (thresholds: GateThresholds, below: boolean): string | null => {
  const values = LEVELS.map((level) => thresholds[level]).filter((value) => value !== null);
  if (values.some((value) => !Number.isFinite(value))) return 'a threshold is no number';
  const rises = values.every(
    (value, at) => at === 0 || (below ? value <= (values[at - 1] ?? 0) : value >= (values[at - 1] ?? 0)),
  );
  return rises ? null : `the thresholds do not ${below ? 'fall' : 'rise'} from warn to pause to abort`;
};

/** Another set of thresholds for a gate. One that is turned off holds nothing any more. */
export const setGate = (state: RunState, command: Extract<Command, { type: 'set-gate' }>, by: Actor): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  const { gate, thresholds: to } = command;
  const now = gateNow(state, gate);
  if (now === null) {
    const known = [...GATE_NAMES, ...(state.options.ownGates ?? []).map(({ name }) => name)].join(', ');
    return refuse(`there is no gate ${gate}: ${known}`);
  }
  const bad = badThresholds(to, now.below);
  if (bad !== null) return refuse(bad);
  const from = now.thresholds;
  if (LEVELS.every((level) => from[level] === to[level])) return refuse(`gate ${gate} has these thresholds already`);
  const tripped = isOff(to) && state.gates.some((each) => each.gate === gate);
  const paused = isOff(to) && state.pauses.some((pause) => pause.cause === 'gate' && pause.gate === gate);
  const events: EventBody[] = [
    { type: 'gate.changed', gate, from, to, by },
    ...(tripped ? [{ type: 'gate.cleared', gate, value: null } as const] : []),
    ...(paused ? [{ type: 'run.continued', cause: 'gate', gate, by } as const] : []),
  ];
  return accept(isOff(to) ? `gate ${gate} is off` : `gate ${gate} is changed`, ...events);
};
