import type { EventBody } from './events.ts';
import type { Input } from './inputs.ts';
import { buildEnded } from './respond-build.ts';
import type { RunState } from './state.ts';

/** What a rollback would drop; before the question also what became of builds that another engine had begun. */
export const surveyed = (
  state: RunState,
  { survey, ended }: Extract<Input, { kind: 'surveyed' }>,
  now: number,
): EventBody[] => {
  if (!state.surveying) return [];
  const facts = ended.flatMap(({ step, outcome }) => buildEnded(state, { kind: 'build-ended', step, outcome }, now));
  return [...facts, { type: 'rollback.surveyed', ...survey }];
};
