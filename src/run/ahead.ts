import { planned } from './parts.ts';
import { isDroppedBefore } from './preflight/dropped-before.ts';
import { isReindexing, singleReindexes } from './reindex.ts';
import type { RunState, StepState } from './state.ts';

const indexes = (n: number): string => `${n} ${n === 1 ? 'index' : 'indexes'}`;

/** Preflight has seen that nothing is to be done: it is there as planned, or what is to be dropped is not there. */
const isDoneAlready = ({ preflight }: RunState, { id, step }: StepState): boolean => {
  const all = preflight?.steps ?? [];
  const found = all.find((each) => each.step === id)?.found ?? null;
  if (found === null) return false;
  if (step.kind === 'drop-index') return found.kind === 'none';
  return found.kind === 'equal' && !isDroppedBefore(id, found.oid, all);
};

/** What a go would begin, in words: `build 58 indexes`; for a run that is taken up again what is left and in doubt. */
export const whatIsAhead = (state: RunState): string => {
  const creates = planned(state).filter((step) => step.step.kind === 'create-index');
  const drops = state.steps.filter(({ step }) => step.kind === 'drop-index');
  const toRebuild = singleReindexes(state).filter(({ status }) => status === 'queued').length;
  const ahead = (steps: readonly StepState[]) => steps.filter((step) => !isDoneAlready(state, step)).length;
  if (state.resumedAt === null) {
    const [toBuild, toDrop] = [ahead(creates), ahead(drops)];
    const parts = [
      ...(toBuild > 0 ? [`build ${indexes(toBuild)}`] : []),
      ...(toRebuild > 0 ? [`rebuild ${indexes(toRebuild)}`] : []),
      ...(toDrop > 0 ? [`DROP ${indexes(toDrop)}`] : []),
    ];
    if (parts.length > 0) return parts.join(' and ');
    return creates.length > 0 ? `verify ${indexes(creates.length)}, there already` : 'run the plan';
  }
  const toDrop = ahead(drops.filter(({ status }) => status === 'queued' || status === 'dropping'));
  const queued = ahead(creates.filter((step) => step.status === 'queued'));
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
