import { compareProbe } from './judge.ts';
import { describeMeasured, queryTime } from './text.ts';
import type { ProbeState } from './types.ts';

/** A probe after a rollback, beside what it was before the run: as a line. Not stripped either. */
export const describeBack = ({ probe, before, rolledBack }: ProbeState): string => {
  if (rolledBack === undefined) return 'not measured after the rollback';
  const { noise } = compareProbe(probe, before, rolledBack, { tables: [], built: [], analyzed: [] });
  const told = noise === 'within' ? ', a difference within the noise' : '';
  const then =
    before?.time == null ? 'not measured before the run' : `before the run ${queryTime(before.time.median)}${told}`;
  return `${describeMeasured(rolledBack)}; ${then}`;
};
