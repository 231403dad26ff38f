import { type Counted, indexesAndParts, partMark, tallied } from './counted.ts';
import { droppable, isToBeDropped } from './rollback.ts';
import type { RunState } from './state.ts';

const ratios = (done: readonly Counted[], all: readonly Counted[]): string => {
  const [is, of] = [tallied(done), tallied(all)];
  return `${is.indexes}/${of.indexes}${of.parts === 0 ? '' : `, parts ${is.parts}/${of.parts}`}`;
};

/**
 * How far a rollback is, in few words for a line of status; before its word what it would drop, null while there is no
 * rollback or that is not known.
 */
export const wayBack = (state: RunState): string[] | null => {
  const { rollback, survey, purpose } = state;
  if (rollback === null) {
    if (purpose !== 'rollback') return null;
    if (survey === null) return ['to be rolled back'];
    const { indexes, parts } = tallied(survey.indexes.filter(droppable));
    return [`would drop ${indexesAndParts(indexes, parts)}`];
  }
  const ahead = state.created.filter((index) => isToBeDropped(state, index)).map(({ step }) => partMark(state, step));
  const dropping = state.steps.filter(({ status }) => status === 'dropping').length;
  return [
    `dropped ${ratios(rollback.dropped, [...rollback.dropped, ...ahead])}`,
    ...(state.phase === 'finished' ? [] : [`${dropping} dropping`]),
    ...(rollback.left.length > 0 ? [`${rollback.left.length} left`] : []),
  ];
};
