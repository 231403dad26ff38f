import type { Finding } from '../../../plan/types.ts';
import { bytes, bytesRange, type EstimateTotals, timeRange } from '../../../run/index.ts';
import { inBytes } from '../builder-settings.ts';
import { stepEstimates, totalsOf } from '../estimates/step-estimates.ts';
import type { Facts, Rule } from '../facts.ts';
import { count, finding, list } from '../finding.ts';

/** Below this a temporary file is nothing to speak of. */
const WORTH_SAYING = 1024 * 1024;

const sizes = ({ bytes: size, walBytes, tempBytes, indexes, unknownSizes }: EstimateTotals): string => {
  if (unknownSizes === indexes) return 'Their size is not known';
  const temp =
    tempBytes.high < WORTH_SAYING ? 'no temporary files' : `up to ${bytes(tempBytes.high)} of temporary files`;
  const rest = unknownSizes === 0 ? '' : ` (without ${unknownSizes} whose size is not known)`;
  return `${bytesRange(size)} of indexes, ${bytesRange(walBytes)} of WAL, ${temp}${rest}`;
};

const times = ({ ms, elsewhere, indexes, unknownTimes }: EstimateTotals, noSample: string | null): string => {
  const second =
    elsewhere === null ? '' : ` By the run of --matches and the size of the tables: ${timeRange(elsewhere)}.`;
  if (unknownTimes === indexes)
    return `How long that takes is not known: ${noSample ?? 'nothing was measured'}.${second}`;
  const rest = unknownTimes === 0 ? '' : `, and ${unknownTimes} more of which it is not known`;
  return `Building takes ${timeRange(ms)}${rest}.${second}`;
};

/** temp_file_limit, in bytes, counts for each process; -1: none. */
const tempLimit = ({ settings, options }: Facts): number | null => {
  const limit = inBytes(settings.get('temp_file_limit'), options.settings.temp_file_limit);
  return limit === null || limit < 0 ? null : limit;
};

const tooLarge = (facts: Facts, limit: number): Finding[] => {
  const over = stepEstimates(facts).filter(({ tempBytes }) => tempBytes !== null && tempBytes.high > limit);
  if (over.length === 0) return [];
  const names = over.map(
    ({ step }) => facts.indexes.find((index) => index.step === step)?.create.name ?? `step ${step}`,
  );
  return [
    finding('warning', 'temp-file-limit', {
      what: `temp_file_limit is ${bytes(limit)}, and the sort of ${list(names)} may need more (up to ${bytes(Math.max(...over.map(({ tempBytes }) => tempBytes?.high ?? 0)))}).`,
      why: 'The server would end the build in the middle, with all its work lost.',
      advice:
        'Raise it for the builders with --set temp_file_limit=... (that takes a superuser), or give the sort more memory with --set maintenance_work_mem=....',
    }),
  ];
};

/** How large and how long all of it will be. Waits are not in it: nobody knows how long others take. */
export const estimate: Rule = (facts) => {
  const { basis, options } = facts;
  if (basis === null || basis.indexes.length === 0) return [];
  const totals = totalsOf(facts, stepEstimates(facts));
  const limit = tempLimit(facts);
  return [
    finding('note', 'estimate', {
      what: `${count(totals.indexes, 'index', 'indexes')} to build: ${sizes(totals)}. ${times(totals, basis.noSample)}`,
      why: `Estimated from statistics${basis.noSample === null ? ' and from samples of the tables' : ''}, with ${count(options.jobs, 'build')} at a time. Waits for locks and old snapshots are not in it, nor pauses.`,
      advice: 'Have that much disk free where the indexes and the WAL go, and plan the window with room for waits.',
    }),
    ...(limit === null ? [] : tooLarge(facts, limit)),
  ];
};
