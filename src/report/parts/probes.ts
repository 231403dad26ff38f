import {
  describeComparison,
  describePlanUse,
  describeTarget,
  normaliseStatement,
  type ProbeMeasured,
  type ProbeState,
  type RunState,
  withoutLiterals,
} from '../../run/index.ts';
import { cleanMessage } from '../redact.ts';
import type { Report } from '../schema.ts';
import { meanSince } from './mean-since.ts';

type Probe = Report['probes'][number];
type Measured = { at: string } & ProbeMeasured;

const measurement = (measured: Measured | null, keepLiterals: boolean): Probe['before'] => {
  if (measured === null) return null;
  const { at, runs, time, rows, buffers, plan, error, timedOut } = measured;
  return {
    at,
    runs: runs.length,
    medianMs: time?.median ?? null,
    minMs: time?.min ?? null,
    maxMs: time?.max ?? null,
    rows,
    buffersHit: buffers?.hit ?? null,
    buffersRead: buffers?.read ?? null,
    reads: describePlanUse(measured),
    plan: keepLiterals ? plan : withoutLiterals(plan),
    error: error === null ? null : cleanMessage(error.message, keepLiterals),
    timedOut,
  };
};

const wordsOf = ({ before, after }: ProbeState, keepLiterals: boolean): string => {
  const failed = (after ?? before)?.error;
  if (failed != null) return `not measured: ${cleanMessage(failed.message, keepLiterals)}`;
  const { comparison } = after?.verdict ?? {};
  if (comparison !== undefined) return describeComparison(comparison);
  return before === null && after === null ? 'not measured' : 'measured once only: nothing to compare with';
};

const probe = (state: ProbeState, keepLiterals: boolean): Probe => {
  const { name, from, sql, target } = state.probe;
  const { verdict = null } = state.after ?? {};
  const {
    beforeMs = null,
    afterMs = null,
    factor = null,
    percent = null,
    atLeast = false,
    newIndexes = [],
  } = verdict?.comparison ?? {};
  return {
    name,
    from,
    sql: keepLiterals || from === 'plan' ? sql : normaliseStatement(sql),
    target: target === null ? null : describeTarget(target),
    ok: verdict?.ok ?? null,
    before: measurement(state.before, keepLiterals),
    after: measurement(state.after, keepLiterals),
    beforeMs: beforeMs ?? state.before?.time?.median ?? null,
    afterMs: afterMs ?? state.after?.time?.median ?? null,
    factor,
    percent,
    atLeast,
    newIndexes,
    problems: verdict?.problems ?? [],
    notes: verdict?.notes ?? [],
    words: wordsOf(state, keepLiterals),
  };
};

/** Every probe, before and after. */
export const probes = (state: RunState, keepLiterals: boolean): Probe[] =>
  state.probes.map((each) => probe(each, keepLiterals));

/** The most expensive statements on the plan's tables, before and since. The server has normalised them; so do we. */
export const expensive = ({ statements: { before, after } }: RunState, keepLiterals: boolean): Report['expensive'] => {
  const wasReset = before?.statsReset !== after?.statsReset;
  const ids = [...new Set([...(before?.statements ?? []), ...(after?.statements ?? [])].map(({ queryId }) => queryId))];
  return ids.flatMap((id) => {
    const then = before?.statements.find(({ queryId }) => queryId === id);
    const now = after?.statements.find(({ queryId }) => queryId === id);
    const query = (now ?? then)?.query;
    if (query === undefined) return [];
    const since = now === undefined ? { calls: null, meanMs: null } : meanSince(then, now, wasReset);
    return [
      {
        query: keepLiterals ? query : normaliseStatement(query),
        meanBeforeMs: then?.meanMs ?? null,
        meanAfterMs: since.meanMs,
        callsBefore: then?.calls ?? null,
        callsSince: since.calls,
      },
    ];
  });
};
