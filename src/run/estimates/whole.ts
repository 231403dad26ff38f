import type { PartEstimate, StepEstimate } from './estimate-indexes.ts';
import { combine, type Range, range, sum } from './range.ts';

type Whole = Omit<StepEstimate, 'step' | 'elsewhere'>;

const known = (ranges: readonly (Range | null)[]): Range[] => ranges.filter((one) => one !== null);

const added = (ranges: readonly Range[]): Range | null => (ranges.length === 0 ? null : sum(ranges));

/** How many parts something is not known of, with the first one's reason. */
const lacking = (parts: readonly PartEstimate[], of: 'bytes' | 'ms'): string[] => {
  const without = parts.filter((part) => part[of] === null);
  const what = of === 'bytes' ? 'size' : 'time';
  const why = without.find((part) => part.why !== null)?.why ?? null;
  if (without.length === 0) return [];
  if (without.length === parts.length) return why === null ? [] : [why];
  return [
    `the ${what} of ${without.length} of its ${parts.length} parts is not in it${why === null ? '' : `: ${why}`}`,
  ];
};

/** There may be thousands of them, in one event: whole bytes and milliseconds are enough. */
const rounded = (one: Range | null): Range | null =>
  one === null ? null : range(Math.floor(one.low), Math.round(one.mid), Math.ceil(one.high));

const shortened = (part: PartEstimate): PartEstimate => ({
  ...part,
  bytes: rounded(part.bytes),
  walBytes: rounded(part.walBytes),
  tempBytes: rounded(part.tempBytes),
  ms: rounded(part.ms),
});

/**
 * What an index on a partitioned table comes to: all of its parts that are still to be built, one after the other. Of temporary files
 * the most that one of them has.
 */
export const wholeOf = (all: readonly PartEstimate[]): Whole => {
  const parts = all.map(shortened);
  const temp = known(parts.map(({ tempBytes }) => tempBytes));
  const reasons = new Set([...lacking(parts, 'bytes'), ...lacking(parts, 'ms')]);
  return {
    by: parts.some(({ by }) => by === 'sample') ? 'sample' : 'statistics',
    bytes: added(known(parts.map(({ bytes }) => bytes))),
    walBytes: added(known(parts.map(({ walBytes }) => walBytes))),
    tempBytes: temp.length === 0 ? null : combine(temp, (values) => Math.max(...values)),
    ms: added(known(parts.map(({ ms }) => ms))),
    why: reasons.size === 0 ? null : [...reasons].join('; '),
    parts,
  };
};
