import { distance } from 'fastest-levenshtein';
import { CODES } from '../../plan/findings/index.ts';
import { UsageError } from '../errors.ts';

/** Where the table of codes is, from the program's own folder. */
const PAGE = 'docs/findings.md';
const MOST_NAMES = 5;
/** More letters apart than this is another word. */
const FARTHEST = 4;

const WAIVABLE = [...CODES].flatMap(([code, { waiver }]) => (waiver?.may ? [code] : []));

/** The names next to what was written: those that hold it, then those that are few letters away. */
const nearNames = (text: string): string[] => {
  const far = (code: string) => (text.length > 2 && code.includes(text) ? 0 : distance(text, code));
  return [...CODES.keys()]
    .map((code) => ({ code, far: far(code) }))
    .filter((each) => each.far <= FARTHEST)
    .sort((a, b) => a.far - b.far)
    .slice(0, MOST_NAMES)
    .map(({ code }) => code);
};

/** Reads CODE of --ignore; fails for one that is not there, that never blocks, or that cannot be waived, and says why. */
export const parseIgnore = (text: string): string => {
  const waivable = `can be waived: ${WAIVABLE.join(', ')}`;
  const entry = CODES.get(text);
  if (entry === undefined) {
    const near = nearNames(text);
    const meant = near.length === 0 ? '' : ` (near it: ${near.join(', ')})`;
    throw new UsageError(
      `--ignore: there is no finding ${JSON.stringify(text)}${meant}; ${waivable}; all of them are in ${PAGE}`,
    );
  }
  if (entry.waiver === undefined)
    throw new UsageError(`--ignore ${text}: it never blocks, so there is nothing to waive`);
  if (!entry.waiver.may)
    throw new UsageError(`--ignore ${text}: it cannot be waived. ${entry.waiver.because} What ${waivable}`);
  return text;
};

/** Collects the codes of a repeated --ignore. */
export const collectIgnored = (text: string, before: string[] | undefined): string[] => [
  ...new Set([...(before ?? []), parseIgnore(text)]),
];
