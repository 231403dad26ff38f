import type { Finding, Level } from '../../plan/types.ts';
import { bytesRange, timeRange } from '../estimates/text.ts';
import { bytes } from '../format.ts';
import { plainText } from '../plain-text.ts';
import type { AheadEstimate } from './estimate.ts';
import type { PreflightSummary } from './summary.ts';

/** One line of the summary: a word, and what it says. A line without a word goes on with the one before. */
export interface SummaryLine {
  word: string;
  text: string;
  /** What colours it. */
  level: Level | null;
}

/** More findings than this of a level are counted, so that the summary stays on one screen. */
const MOST = 5;

const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const estimateText = ({ ms, bytes: size, unknownTimes, unknownSizes }: AheadEstimate): string => {
  const besides = (unknown: number) => (unknown === 0 ? '' : ` (${unknown} not known)`);
  return [
    `time ${ms === null ? 'not known' : `${timeRange(ms)} without waits${besides(unknownTimes)}`}`,
    `size ${size === null ? 'not known' : `${bytesRange(size)}${besides(unknownSizes)}`}`,
  ].join(', ');
};

const dropLines = ({ drops }: PreflightSummary): SummaryLine[] => {
  if (drops === undefined) return [];
  const { planned, toDrop, absent, barred, dropped } = drops;
  const all = plural(planned, 'index', 'indexes');
  const besides = [
    dropped > 0 ? `${dropped} dropped before` : '',
    absent ? `${absent} not there` : '',
    barred ? `${barred} barred: see the findings` : '',
    toDrop === null ? 'not known what is there' : '',
  ].filter((part) => part !== '');
  const how = toDrop === null || toDrop === planned ? all : `${toDrop} of ${all}`;
  return [{ word: 'DROPS', text: [how, ...besides].join(', '), level: 'warning' }];
};

const rebuildLines = ({ rebuilds }: PreflightSummary): SummaryLine[] => {
  if (rebuilds === undefined) return [];
  const { planned, indexes } = rebuilds;
  const all = indexes === null ? 'not known what is there' : plural(indexes, 'index', 'indexes');
  const by = `by ${plural(planned, 'REINDEX', 'REINDEXes')}: their time and size are not estimated`;
  return [{ word: 'RENEWS', text: `${all}, ${by}`, level: 'warning' }];
};

const indexLines = ({ indexes, tables, sections, jobs }: PreflightSummary): SummaryLine[] => {
  const { planned, toBuild, present, toReplace, inTheWay, built } = indexes;
  const where = `on ${plural(tables, 'table')} in ${plural(sections, 'section')}, up to ${jobs} at a time`;
  const all = plural(planned, 'index', 'indexes');
  const how = toBuild === null || toBuild === planned ? all : `${toBuild} of ${all}`;
  const besides = [
    built > 0 ? `${built} built before` : '',
    present ? `${present} there already` : '',
    toReplace ? `${toReplace} invalid, to be replaced on your word` : '',
    inTheWay ? `${inTheWay} barred: another index, another build, or no table` : '',
    toBuild === null ? 'not known what is there already' : '',
  ].filter((part) => part !== '');
  const more: SummaryLine[] = besides.length === 0 ? [] : [{ word: '', text: besides.join(', '), level: null }];
  return [{ word: 'builds', text: `${how} ${where}`, level: null }, ...more];
};

const listed = (word: string, none: string, findings: readonly Finding[], level: Level): SummaryLine[] => {
  if (findings.length === 0) return none === '' ? [] : [{ word, text: none, level: 'ok' }];
  const shown = findings.length > MOST ? findings.slice(0, MOST - 1) : findings;
  const lines = shown.map(
    ({ what, code }, at): SummaryLine => ({ word: at === 0 ? word : '', text: `${code}: ${plainText(what)}`, level }),
  );
  const rest = findings.slice(shown.length);
  return rest.length === 0 ? lines : [...lines, { word: '', text: `and ${rest.length} more`, level }];
};

/** What will be built, how long it takes and how large it becomes. */
export const summaryHead = (summary: PreflightSummary): SummaryLine[] => {
  const { indexes, drops, rebuilds, tableBytes, estimate } = summary;
  const tables = tableBytes === null ? '' : `; the tables have ${bytes(tableBytes)}`;
  const takes: SummaryLine = { word: 'takes', text: `${estimateText(estimate)}${tables}`, level: null };
  const builds = indexes.planned > 0 || (drops === undefined && rebuilds === undefined);
  return [
    ...(builds ? indexLines(summary) : []),
    ...dropLines(summary),
    ...rebuildLines(summary),
    ...(builds ? [takes] : []),
  ];
};

/** The summary in at most 20 lines, to be cut to the width of the screen. */
export const summaryLines = (summary: PreflightSummary, findings: readonly Finding[]): SummaryLine[] => {
  const at = (level: Level) => findings.filter((finding) => finding.level === level && !finding.waived);
  const { findings: counts } = summary;
  return [
    ...summaryHead(summary),
    ...listed('BLOCKS', 'nothing', at('blocks'), 'blocks'),
    ...listed(
      'WAIVED',
      '',
      findings.filter(({ waived }) => waived),
      'warning',
    ),
    ...listed('WARNS', 'of nothing', at('warning'), 'warning'),
    { word: 'else', text: `${plural(counts.note, 'note')}, ${counts.ok} in order`, level: null },
  ];
};
