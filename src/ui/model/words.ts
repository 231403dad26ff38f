import { type BuildProgress, measuring, type Phase, type RunState, type StepState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { SYMBOL } from '../theme.ts';
import type { Tone } from './row.ts';

/** A state as a symbol, a word and a tone. */
export interface Mark {
  symbol: string;
  word: string;
  tone: Tone;
}

const PHASES: Record<Phase, Mark> = {
  preflight: { symbol: SYMBOL.working, word: 'PREFLIGHT', tone: 'info' },
  ready: { symbol: SYMBOL.done, word: 'READY', tone: 'ok' },
  blocked: { symbol: SYMBOL.alarm, word: 'BLOCKED', tone: 'bad' },
  surveyed: { symbol: SYMBOL.alarm, word: 'ROLL BACK?', tone: 'warn' },
  running: { symbol: SYMBOL.working, word: 'RUNNING', tone: 'ok' },
  'rolling-back': { symbol: SYMBOL.working, word: 'ROLLING BACK', tone: 'warn' },
  aborting: { symbol: SYMBOL.alarm, word: 'ABORTING', tone: 'bad' },
  verifying: { symbol: SYMBOL.working, word: 'VERIFYING', tone: 'info' },
  finished: { symbol: SYMBOL.done, word: 'FINISHED', tone: 'ok' },
};

/** What the run does, in one word; without its engine it does nothing. */
export const runMark = (state: RunState, abandoned: boolean): Mark => {
  if (abandoned) return { symbol: SYMBOL.alarm, word: 'ENGINE GONE', tone: 'bad' };
  const { outcome, pauses, phase } = state;
  if (phase === 'finished' && outcome !== null) {
    if (outcome.status === 4) return { symbol: SYMBOL.alarm, word: 'ABORTED', tone: 'bad' };
    if (outcome.status === 0)
      return state.rollback === null ? PHASES.finished : { symbol: SYMBOL.done, word: 'ROLLED BACK', tone: 'ok' };
    return { symbol: SYMBOL.failed, word: 'FAILED', tone: 'bad' };
  }
  if (pauses.length > 0 && ['running', 'verifying', 'rolling-back'].includes(phase))
    return { symbol: SYMBOL.alarm, word: 'PAUSED', tone: 'warn' };
  return measuring(state) === null ? PHASES[phase] : { symbol: SYMBOL.working, word: 'MEASURING', tone: 'info' };
};

const doneWord = ({ step, unwatched }: StepState): string => {
  if (step.kind === 'drop-index') return 'dropped';
  if (step.kind === 'rename-index') return 'renamed';
  if (step.kind === 'reindex') return unwatched ? 'rebuilt unwatched' : 'rebuilt';
  if (step.kind !== 'create-index') return 'done';
  return unwatched ? 'built unwatched' : 'built';
};

/** What is under way for a step while its index is made. */
export const buildingWord = ({ step }: StepState): string => (step.kind === 'reindex' ? 'rebuilding' : 'building');

const equalWord = ({ step }: StepState): string => {
  if (step.kind === 'reindex') return 'nothing to do';
  return step.kind === 'drop-index' ? 'was not there' : 'was there';
};

/** What a step does: what the sample shows of it goes before what was recorded. */
export const stepMark = (step: StepState, live: BuildProgress | undefined): Mark => {
  switch (step.status) {
    case 'queued':
      return { symbol: SYMBOL.queued, word: step.retryAt === null ? 'queued' : 'queued again', tone: 'dim' };
    case 'building':
      if (step.lost) return { symbol: SYMBOL.alarm, word: 'in doubt', tone: 'warn' };
      if (step.cancel !== null) return { symbol: SYMBOL.alarm, word: 'cancelling', tone: 'warn' };
      return live?.waiting
        ? { symbol: SYMBOL.waiting, word: 'waiting', tone: 'warn' }
        : { symbol: SYMBOL.working, word: buildingWord(step), tone: 'info' };
    case 'dropping':
      return { symbol: SYMBOL.working, word: 'dropping', tone: 'warn' };
    case 'running':
      return { symbol: SYMBOL.working, word: 'running', tone: 'info' };
    case 'done':
      return {
        symbol: SYMBOL.done,
        word: doneWord(step),
        tone: 'ok',
      };
    case 'equal':
      return { symbol: SYMBOL.done, word: equalWord(step), tone: 'ok' };
    case 'failed':
      return { symbol: SYMBOL.failed, word: 'FAILED', tone: 'bad' };
    case 'dropped':
      return { symbol: SYMBOL.skipped, word: 'dropped', tone: 'warn' };
    case 'rebuilt':
      return {
        symbol: SYMBOL.done,
        word: step.step.kind === 'rename-index' ? 'renamed back' : 'built again',
        tone: 'warn',
      };
    case 'skipped':
      return { symbol: SYMBOL.skipped, word: 'skipped', tone: 'dim' };
  }
};

const SHORT_PHASES: [RegExp, string][] = [
  [/^waiting for writers/, 'waits for writers'],
  [/^waiting for old snapshots/, 'waits for old snapshots'],
  [/^waiting for readers/, 'waits for readers'],
  [/^building index/, 'building'],
  [/^index validation: scanning index/, 'validating: index'],
  [/^index validation: sorting/, 'validating: sort'],
  [/^index validation: scanning table/, 'validating: table'],
];

/** The server's name of a phase in few words. */
export const phaseWords = (phase: string): string =>
  SHORT_PHASES.find(([pattern]) => pattern.test(phase))?.[1] ?? plainText(phase);

export const isTerminal = (step: StepState): boolean =>
  ['done', 'equal', 'failed', 'skipped', 'dropped', 'rebuilt'].includes(step.status);

export const isActive = (step: StepState): boolean =>
  step.status === 'building' || step.status === 'dropping' || step.status === 'running';
