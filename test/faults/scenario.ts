import type { StopMode } from '../../src/demo/cluster.ts';
import { type Random, randomFrom } from '../../src/demo/random.ts';
import type { EventType } from '../../src/run/events.ts';
import type { ProxyMode } from '../support/tcp-proxy.ts';

/** The engine's sessions by the name that they have in pg_stat_activity; `%` is each of them. */
export const sessionNames = [
  'lock',
  'control',
  'inspect',
  'cleanup',
  'monitor',
  'builder1',
  'builder2',
  'validate',
  'ledger',
  '%',
] as const;
export type SessionName = (typeof sessionNames)[number];

/** What is done to a run. Times in milliseconds. */
export type Fault =
  | { kind: 'terminate'; session: SessionName }
  | { kind: 'network'; mode: Exclude<ProxyMode, 'pass' | 'one-way'>; ms: number }
  | { kind: 'restart'; how: StopMode; downMs: number }
  | { kind: 'freeze'; what: 'engine' | 'builder' | 'server'; ms: number }
  | { kind: 'kill' }
  /** kill -9 at the event `first`, and of each engine that takes the run up, at every `BOUNDARY_STRIDE`th after it. */
  | { kind: 'boundaries'; first: number };

/** When it is done: at the event of this number, at the nth of its type, or that long after the baseline was taken. */
export type Moment =
  | { at: 'event'; seq: number }
  | { at: 'type'; type: EventType; nth: number }
  | { at: 'time'; ms: number };

/** All that is decided beforehand about one run, by its seed alone. */
export interface Scenario {
  seed: number;
  fault: Fault;
  moment: Moment;
}

/**
 * So many events apart are the boundaries of one run at which its engines are killed: as many runs, each with another
 * first one, have them all. Taking a run up takes a dozen events itself.
 */
export const BOUNDARY_STRIDE = 40;

const outage = (random: Random): number => random.integer(100, 6_000);
/** Half of the freezes are as long as a machine's that is moved to another host; the others are a hiccup. */
const freeze = (random: Random): number => (random.chance(0.5) ? 30_000 : random.integer(1_000, 5_000));

/** Seeds go through these in turn, so that every fault has its share. */
const faults: readonly ((random: Random) => Fault)[] = [
  ...sessionNames.map((session) => (): Fault => ({ kind: 'terminate', session })),
  ...(['cut', 'stall', 'half-open'] as const).map(
    (mode) =>
      (random: Random): Fault => ({ kind: 'network', mode, ms: outage(random) }),
  ),
  ...(['fast', 'immediate'] as const).map(
    (how) =>
      (random: Random): Fault => ({ kind: 'restart', how, downMs: random.integer(0, 4_000) }),
  ),
  ...(['engine', 'builder', 'server'] as const).map(
    (what) =>
      (random: Random): Fault => ({ kind: 'freeze', what, ms: freeze(random) }),
  ),
  ...Array.from({ length: 4 }, () => (): Fault => ({ kind: 'kill' })),
  (random) => ({ kind: 'boundaries', first: random.integer(1, BOUNDARY_STRIDE) }),
];

/** How many different faults there are: so many seeds in a row have each once. */
export const FAULTS = faults.length;

/** Events of which the demo plan's run has enough, and how many can be counted on. */
const boundaries: readonly [[EventType, number], ...[EventType, number][]] = [
  ['run.approved', 1],
  ['baseline.taken', 1],
  ['section.started', 10],
  ['index.inspected', 58],
  ['build.started', 58],
  ['index.identified', 40],
  ['build.finished', 57],
  ['section.finished', 10],
];

/** Every run of the demo plan has more events than this before its last build ends. */
const SURE_EVENTS = 240;

const momentFor = (random: Random): Moment => {
  const by = random.integer(0, 3);
  if (by === 0) return { at: 'time', ms: random.integer(0, 2_000) };
  if (by > 1) return { at: 'event', seq: random.integer(5, SURE_EVENTS) };
  const [type, most] = random.pick(boundaries);
  return { at: 'type', type, nth: random.integer(1, most) };
};

/** Seeds from here on are the runs that have every event's boundary between them. */
export const BOUNDARY_SEEDS = 1_000_000;

export const scenarioOf = (seed: number): Scenario => {
  if (seed >= BOUNDARY_SEEDS)
    return { seed, fault: { kind: 'boundaries', first: seed - BOUNDARY_SEEDS + 1 }, moment: { at: 'time', ms: 0 } };
  const random = randomFrom(seed);
  const fault = faults[seed % FAULTS]?.(random);
  if (fault === undefined) throw new Error(`${seed} is no seed: they count from 0`);
  // That session is there only then.
  const validating = fault.kind === 'terminate' && fault.session === 'validate';
  const moment: Moment = validating ? { at: 'type', type: 'verify.finished', nth: 1 } : momentFor(random);
  return { seed, fault, moment };
};

/** A fault in a few words, the same for all that differ in times only: the rows of the table. */
export const nameOf = (fault: Fault): string => {
  switch (fault.kind) {
    case 'terminate':
      return `pg_terminate_backend of ${fault.session === '%' ? 'every session' : fault.session}`;
    case 'network':
      return `TCP ${fault.mode}`;
    case 'restart':
      return `server restart, ${fault.how}`;
    case 'kill':
      return 'kill -9 of the engine, once';
    case 'boundaries':
      return 'kill -9 of the engine, at event after event';
    case 'freeze':
      return `SIGSTOP of ${fault.what === 'engine' ? 'the engine' : fault.what === 'server' ? 'the whole server' : "a builder's backend"}`;
  }
};

const whenOf = (moment: Moment): string => {
  switch (moment.at) {
    case 'event':
      return `at event ${moment.seq}`;
    case 'type':
      return `at ${moment.type} ${moment.nth}`;
    case 'time':
      return `${moment.ms} ms after the baseline`;
  }
};

/** What is particular to this one. */
export const detailOf = ({ fault, moment }: Scenario): string => {
  switch (fault.kind) {
    case 'boundaries':
      return `at ${fault.first} and every ${BOUNDARY_STRIDE} after it`;
    case 'restart':
      return `for ${fault.downMs} ms, ${whenOf(moment)}`;
    case 'network':
    case 'freeze':
      return `for ${fault.ms} ms, ${whenOf(moment)}`;
    default:
      return whenOf(moment);
  }
};
