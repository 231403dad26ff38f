import { hasItsNeeds, isStuck, partsOf } from './parts.ts';
import { takesShortLock } from './short-lock.ts';
import type { RunState, StepState } from './state.ts';

const TERMINAL: ReadonlySet<StepState['status']> = new Set([
  'done',
  'equal',
  'failed',
  'skipped',
  'dropped',
  'rebuilt',
]);

export const isTerminal = (step: StepState): boolean => TERMINAL.has(step.status);

/** Nothing more is to come of it, as things are. */
export const isSettled = (state: RunState, step: StepState): boolean =>
  isTerminal(step) || step.gone || isStuck(state, step);

/**
 * The sections that are worked on: the first that is not finished. Where that one is a table's, all that follow it and are
 * tables' too, up to one that is not.
 */
export const openSections = ({ sections }: Pick<RunState, 'sections'>): number[] => {
  const first = sections.findIndex(({ finishedAt }) => finishedAt === null);
  if (first === -1) return [];
  if (sections[first]?.byTable !== true) return [first];
  const next = sections.findIndex(({ byTable }, index) => index > first && !byTable);
  return sections
    .slice(0, next === -1 ? undefined : next)
    .flatMap(({ finishedAt }, index) => (index >= first && finishedAt === null ? [index] : []));
};

/** When the section's turn comes, as a number: the same for tables' sections that are worked on at the same time. */
export const turnOf = (sections: readonly { byTable?: boolean }[], section: number): number => {
  let first = section;
  while (first > 0 && sections[first]?.byTable === true && sections[first - 1]?.byTable === true) first--;
  return first;
};

/** Sections that have begun and are not finished: what an operator is told is under way. */
export const begunSections = ({ sections }: Pick<RunState, 'sections'>): number[] =>
  sections.flatMap(({ startedAt, finishedAt }, index) => (startedAt !== null && finishedAt === null ? [index] : []));

/** Of the step that builds an index under this passing name. */
const renamedTable = (state: RunState, from: string): readonly number[] => {
  const table = state.steps.find(({ step }) => step.kind === 'create-index' && step.name === from)?.tableOid ?? null;
  return table === null ? [] : [table];
};

/** The tables a step keeps others off: CREATE INDEX CONCURRENTLY and ANALYZE take SHARE UPDATE EXCLUSIVE. */
const tablesOf = (state: RunState, step: StepState): readonly (number | string)[] | 'all' => {
  if (step.step.kind === 'create-index') return [step.tableOid ?? `${step.step.schema ?? ''}.${step.step.table}`];
  if (step.step.kind === 'drop-index') return step.tableOid === null ? [] : [step.tableOid];
  if (step.step.kind === 'rename-index') return renamedTable(state, step.step.from);
  if (step.step.kind === 'reindex') return [step, ...partsOf(state, step.id)].flatMap(({ tableOid }) => tableOid ?? []);
  if (step.step.kind === 'comment') return [];
  // It locks the two indexes, and of the tables nothing that anybody would mind: two for one parent would wait for each other.
  if (step.step.kind === 'attach-partition') return [`index ${step.step.name}`];
  if (step.step.tables.length === 0) return 'all';
  return step.step.tables.map(({ schema, table }) => {
    const known = state.tables.find((facts) => facts.name === table && (schema === null || facts.schema === schema));
    return known?.oid ?? `${schema ?? ''}.${table}`;
  });
};

const overlap = (a: readonly (number | string)[] | 'all', b: readonly (number | string)[] | 'all'): boolean => {
  if (a === 'all' || b === 'all') return true;
  return a.some((table) => b.includes(table));
};

const KEEPS_ITS_PLACE: ReadonlySet<StepState['step']['kind']> = new Set(['drop-index', 'rename-index', 'reindex']);

const nameOf = ({ step }: StepState): string | null => ('name' in step ? step.name : null);

/**
 * A later step that has to come after an earlier one of its section: ANALYZE after builds, COMMENT after its index, and a drop
 * or a rename keeps its place among all that is about its name or its table.
 */
const mustFollow = (state: RunState, later: StepState, earlier: StepState): boolean => {
  // Parts have an order of their own, and whoever follows one follows the whole.
  if (later.parent !== null || earlier.parent !== null) return false;
  if (KEEPS_ITS_PLACE.has(later.step.kind) || KEEPS_ITS_PLACE.has(earlier.step.kind))
    return nameOf(later) === nameOf(earlier) || overlap(tablesOf(state, later), tablesOf(state, earlier));
  if (later.step.kind === 'comment')
    return earlier.step.kind === 'comment' || ('name' in earlier.step && earlier.step.name === later.step.name);
  if (later.step.kind === 'analyze' || earlier.step.kind === 'analyze')
    return overlap(tablesOf(state, later), tablesOf(state, earlier));
  // In the order of the plan: what they attach, and to what, is made before them.
  return later.step.kind === 'attach-partition' || earlier.step.kind === 'attach-partition';
};

const rowsOf = (state: RunState, step: StepState): number => {
  const table = state.tables.find((facts) => facts.oid === step.tableOid);
  return table?.bytes ?? table?.rows ?? 0;
};

/** Gates that tell of load, which fewer builds at the same time make less. Waits are another matter: they overlap. */
const LOAD_GATES: ReadonlySet<string> = new Set([
  'lock-waiters',
  'blocked-by-us',
  'active',
  'connections',
  'rollbacks',
]);

/** How many builds may run at the same time now: one, while a gate warns of load. */
export const jobsNow = ({ gates, jobs }: Pick<RunState, 'gates' | 'jobs'>): number =>
  gates.some(({ gate }) => LOAD_GATES.has(gate)) ? 1 : jobs;

/** When the next build may begin, ms since the epoch: after the delay that an operator wants between builds; null: at once. */
export const nextBuildAt = ({ steps, delayMs }: Pick<RunState, 'steps' | 'delayMs'>): number | null => {
  if (delayMs === 0) return null;
  const ends = steps.flatMap(({ attempt, finishedAt }) =>
    attempt > 0 && finishedAt !== null ? [Date.parse(finishedAt)] : [],
  );
  return ends.length === 0 ? null : Math.max(...ends) + delayMs;
};

/** A step that holds, or is about to hold, a session. One that was looked at in another section does not begin now. */
const isUnderWay = (step: StepState, open: ReadonlySet<number>, inflight: ReadonlySet<string>): boolean =>
  step.status === 'building' ||
  step.status === 'running' ||
  (step.status === 'dropping' && inflight.has(`drop:${step.id}`)) ||
  inflight.has(`inspect:${step.id}`) ||
  inflight.has(`complete:${step.id}`) ||
  (step.found !== null && step.status === 'queued' && open.has(step.section));

/** What has to come before a step of its section is over. What a REINDEX takes apart has its place, not those of its parts. */
const mayComeNext = (state: RunState, part: StepState): boolean => {
  const step = part.step.kind === 'reindex' && part.parent !== null ? (state.steps[part.parent] ?? part) : part;
  return isNext(state, step);
};

const isNext = (state: RunState, step: StepState): boolean =>
  (state.sections[step.section]?.steps ?? []).every((id) => {
    const other = state.steps[id];
    return other === undefined || id >= step.id || isSettled(state, other) || !mustFollow(state, step, other);
  });

/**
 * The steps of these sections that may begin now, largest table first, as many as there is room for: never two at the
 * same time on one table, since two concurrent builds on one table do not queue, they deadlock (tried on 15).
 */
export const startable = (
  state: RunState,
  sections: readonly number[],
  now: number,
  inflight: ReadonlySet<string>,
): StepState[] => {
  // An index of a partitioned table that is made is also to be completed: the delay is for builds.
  const delayed = now < (nextBuildAt(state) ?? 0);
  const jobs = jobsNow(state);
  const open = new Set(sections);
  const underWay = state.steps.filter((step) => isUnderWay(step, open, inflight));
  const held = [...underWay.map((step) => tablesOf(state, step))];
  // A leftover waits to be dropped: its table is not free either.
  for (const step of state.steps) if (step.status === 'dropping') held.push(tablesOf(state, step));
  const candidates = state.steps
    .filter((step) => open.has(step.section) && step.status === 'queued' && !step.gone)
    .filter((step) => !isUnderWay(step, open, inflight))
    .filter((step) => !delayed || takesShortLock(step.step))
    .filter((step) => hasItsNeeds(state, step))
    .filter((step) => step.retryAt === null || Date.parse(step.retryAt) <= now)
    .filter((step) => mayComeNext(state, step))
    .sort((a, b) => rowsOf(state, b) - rowsOf(state, a) || a.id - b.id);
  const chosen: StepState[] = [];
  for (const step of candidates) {
    if (underWay.length + chosen.length >= jobs) break;
    const tables = tablesOf(state, step);
    if (held.some((other) => overlap(other, tables))) continue;
    held.push(tables);
    chosen.push(step);
  }
  return chosen;
};
