import type { World } from '../effects.ts';
import type { EventBody, PreflightFacts } from '../events.ts';
import type { Input } from '../inputs.ts';
import type { RunState } from '../state.ts';
import { preflightChange } from './change.ts';
import { preflightSummary } from './summary.ts';

/** How long after a look the next one begins, at the least and, while looks are slow, at the most, in milliseconds. */
const EVERY_MS = 10_000;
const AT_MOST_MS = 60_000;
/** Looks take no more than this part of the time; a second of each is spent waiting, while writes are watched. */
const SHARE = 1 / 10;

/** Before the go somebody may be mending what is in the way: it is looked at again by itself, and never twice at once. */
export const isLookDue = ({ phase, options }: RunState, { now, lastLook = null }: World): boolean => {
  if (lastLook === null || !(phase === 'ready' || (phase === 'blocked' && options.interactive))) return false;
  const wait = Math.min(AT_MOST_MS, Math.max(EVERY_MS, lastLook.tookMs / SHARE));
  return now - lastLook.at >= wait;
};

/** The facts with what they come to, as they are recorded. */
export const withSummary = (state: RunState, facts: PreflightFacts) => ({
  ...facts,
  ...summaryOf(state, facts),
});

const summaryOf = (state: RunState, preflight: PreflightFacts) => {
  if (state.purpose === 'rollback') return {};
  const { plan, steps, jobs } = state;
  const again = state.resumedAt === null ? {} : { steps };
  return { summary: preflightSummary({ plan, preflight, findings: preflight.findings, jobs, ...again }) };
};

/** What a look before the go comes to: nothing at all when all is as it was. */
export const lookedAgain = (
  state: RunState,
  { outcome }: Extract<Input, { kind: 'looked' }>,
  now: number,
): EventBody[] => {
  // Said go, ended, or asked to look anew meanwhile: what it saw is of before.
  if (state.phase !== 'blocked' && state.phase !== 'ready') return [];
  const { preflight, preflightError, checklist } = state;
  if (outcome.kind === 'failed') {
    const { error, advice } = outcome;
    if (preflightError !== null)
      return preflightError.error.message === error.message ? [] : [{ type: 'preflight.failed', error, advice }];
    return checklist.failed === null ? [{ type: 'look.failed', error }] : [];
  }
  const { facts } = outcome;
  if (preflight === null) return [{ type: 'preflight.finished', ...withSummary(state, facts) }];
  const sinceMs = checklist.toldAt === null ? Number.POSITIVE_INFINITY : now - Date.parse(checklist.toldAt);
  const change = preflightChange(preflight, facts, sinceMs);
  if (change !== null) return [{ type: 'preflight.changed', ...change, ...summaryOf(state, facts) }];
  // That nothing has changed is news after a look that failed.
  return checklist.failed === null
    ? []
    : [{ type: 'preflight.changed', cleared: [], added: [], keys: [], findings: [], ...summaryOf(state, facts) }];
};
