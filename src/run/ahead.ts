import { planned } from './parts.ts';
import { isReindexing, takesSeveral } from './reindex.ts';
import type { RunState } from './state.ts';

const indexes = (n: number): string => `${n} ${n === 1 ? 'index' : 'indexes'}`;

/** What a go would begin, in words: `build 58 indexes`; for a run that is taken up again what is left and in doubt. */
export const whatIsAhead = (state: RunState): string => {
  const creates = planned(state).filter((step) => step.step.kind === 'create-index');
  const drops = state.steps.filter(({ step }) => step.kind === 'drop-index');
  const rebuilds = state.steps.filter((step) => isReindexing(step) && !step.gone && !takesSeveral(state, step));
  if (state.resumedAt === null)
    return [
      ...(creates.length > 0 || drops.length + rebuilds.length === 0 ? [`build ${indexes(creates.length)}`] : []),
      ...(rebuilds.length > 0 ? [`rebuild ${indexes(rebuilds.length)}`] : []),
      ...(drops.length > 0 ? [`DROP ${indexes(drops.length)}`] : []),
    ].join(' and ');
  const toDrop = drops.filter(({ status }) => status === 'queued' || status === 'dropping').length;
  const queued = creates.filter((step) => step.status === 'queued').length;
  const toRebuild = rebuilds.filter(({ status }) => status === 'queued').length;
  const doubtful = state.steps.filter(
    (step) => step.lost && (step.step.kind === 'create-index' || isReindexing(step)),
  ).length;
  const parts = [
    queued > 0 ? `build ${indexes(queued)}` : '',
    toRebuild > 0 ? `rebuild ${indexes(toRebuild)}` : '',
    toDrop > 0 ? `DROP ${indexes(toDrop)}` : '',
    doubtful > 0 ? `settle ${indexes(doubtful)} in doubt` : '',
  ].filter((part) => part !== '');
  return `go on: ${parts.length === 0 ? 'verify what was built' : parts.join(', ')}`;
};

/** A sentence's beginning. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
