import type { EventBody, StatementsRead } from './events.ts';
import type { Input } from './inputs.ts';
import { takenBack } from './respond-server.ts';
import type { RunState } from './state.ts';
import { judgeVerify } from './verify/judge.ts';

export const statementsRead = (read: StatementsRead | undefined): EventBody[] =>
  read === undefined ? [] : [{ type: 'statements.read', ...read }];

/** Every planned index was looked at. What something is being built again for meanwhile is verified anew. */
export const verified = (
  state: RunState,
  { results, present, databaseBytes, statements }: Extract<Input, { kind: 'verified' }>,
): EventBody[] => {
  if (state.phase !== 'verifying') return [];
  const built = results.filter(({ step }) => state.steps[step]?.step.kind !== 'drop-index');
  const all = results.every((result) => result.ok);
  const counts = present === undefined ? undefined : judgeVerify(built, present, state.baseline, state.options);
  return [
    {
      type: 'verify.finished',
      ok: all && (counts === undefined || counts.verdict === 'pass'),
      results,
      ...(databaseBytes === undefined ? {} : { databaseBytes }),
      ...counts,
    },
    ...takenBack(state, results),
    ...statementsRead(statements),
  ];
};
