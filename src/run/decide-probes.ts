import type { Action, Effect, World } from './effects.ts';
import { worthAnalyzing } from './probes/judge.ts';
import type { RunState } from './state.ts';

const act = (effect: Effect): Action => ({ intent: null, effect });

/** Effects whose snapshot, or whose lock on a table, would hold up a build. */
const MEASURING: ReadonlySet<string> = new Set<Effect['kind']>(['probe', 'analyze', 'validate', 'verify']);

/**
 * Whether something is under way that a build would have to wait for. A verification reads the catalog in an instant, unless
 * it goes through whole indexes.
 */
export const isMeasuring = (state: RunState, world: World): boolean =>
  [...world.inflight].some((key) => {
    const [kind = ''] = key.split(':');
    return kind === 'verify' ? state.options.amcheck === true : MEASURING.has(kind);
  });

/** Something was built, or begun: there is no "before" any more, and what was begun may still be at it. */
export const hasBegun = (state: RunState): boolean =>
  state.created.length > 0 || state.steps.some((step) => step.attempt > 0 || step.status === 'done');

/** The next probe to measure before the first build; null when that is done, or too late. */
export const measureBefore = (state: RunState): Action[] | null => {
  if (hasBegun(state)) return null;
  const probe = state.probes.findIndex(({ before }) => before === null);
  return probe === -1 ? null : [act({ kind: 'probe', probe, when: 'before', attempt: 1 })];
};

/** The next probe to measure after a rollback, where that is wanted; null when there is none. */
export const measureBack = (state: RunState): Action[] | null => {
  if (!state.rollback?.probe) return null;
  const probe = state.probes.findIndex(({ rolledBack }) => rolledBack === undefined);
  return probe === -1 ? null : [act({ kind: 'probe', probe, when: 'rolled-back', attempt: 1 })];
};

/**
 * The next probe to measure after the last build, or the table to analyze before one is measured again; null when all have
 * their verdict.
 */
export const measureAfter = (state: RunState, world: World): Action[] | null => {
  const at = state.probes.findIndex(({ after }) => after === null || after.verdict === null);
  const open = state.probes[at];
  if (open === undefined) return null;
  if (open.after === null) return [act({ kind: 'probe', probe: at, when: 'after', attempt: 1 })];
  if (world.inflight.has('analyze') || !world.lockHeld) return [];
  const [table] = worthAnalyzing(open.probe, open.after, state);
  if (table === undefined) return [act({ kind: 'probe', probe: at, when: 'after', attempt: open.after.attempt + 1 })];
  const { schema, name } = table;
  const why = `probe ${open.probe.name} still reads it whole`;
  return [
    {
      intent: { type: 'analyze.started', schema, table: name, probe: at, why },
      effect: { kind: 'analyze', schema, table: name },
    },
  ];
};
