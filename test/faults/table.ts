import type { Result } from './play.ts';
import { detailOf, nameOf } from './scenario.ts';

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** One line for each run: what was injected and what came of it. */
export const runLine = ({ scenario, version, hit, engines, lost, retried, durationMs, problems }: Result): string =>
  row([
    scenario.seed,
    version,
    nameOf(scenario.fault),
    detailOf(scenario),
    hit,
    engines,
    lost,
    retried,
    `${(durationMs / 1000).toFixed(1)} s`,
    problems.length === 0 ? 'reached its goal, nothing left' : problems.join('; '),
  ]);

export const runTable = (results: readonly Result[]): string =>
  [
    row(['seed', 'PG', 'fault', 'when', 'hit', 'engines', 'connections lost', 'builds again', 'took', 'outcome']),
    '|---|---|---|---|---|---|---|---|---|---|',
    ...results.map(runLine),
  ].join('\n');

/** Which fault, how often, and how often survived. */
export const summaryTable = (results: readonly Result[]): string => {
  const names = [...new Set(results.map(({ scenario }) => nameOf(scenario.fault)))].sort();
  const of = (wanted: (result: Result) => boolean) => {
    const these = results.filter(wanted);
    const survived = these.filter(({ problems }) => problems.length === 0).length;
    return `${survived} of ${these.length}`;
  };
  return [
    row(['fault', 'survived']),
    '|---|---|',
    ...names.map((name) => row([name, of(({ scenario }) => nameOf(scenario.fault) === name)])),
    row(['all', of(() => true)]),
  ].join('\n');
};
