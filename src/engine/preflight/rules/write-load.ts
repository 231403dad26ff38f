import { duration } from '../../../run/index.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';
import type { TableNow, WriteRate } from '../tables-now.ts';

/** Rows a second from which on a table counts as heavily written to. */
const HEAVY = 1_000;

const rows = (rate: number): string => Math.round(rate).toLocaleString('en');

const isHeavy = ({ now, average }: WriteRate): boolean => now >= HEAVY || (average !== null && average.rate >= HEAVY);

/** `public.orders: 5,240 rows a second in 1.1 s, 812 on average in 71:00:00, 12 writers now, 97 % of its updates in place`. */
function described({ name, writes, writers }: TableNow): string {
  if (writes === null) return name;
  const { now, seconds, average, hot } = writes;
  return [
    `${name}: ${rows(now)} rows a second in ${duration(seconds * 1000)}`,
    ...(average === null
      ? []
      : [`${rows(average.rate)} on average in the ${duration(average.sinceS * 1000)} since the reset`]),
    ...(writers === 0 ? [] : [`${count(writers, 'transaction')} writing right now`]),
    ...(hot === null ? [] : [`${Math.floor(hot * 100)} % of all its updates touched no index`]),
  ].join(', ');
}

/** How much is written to the plan's tables while one looks, by two readings of the server's counters. */
export const writeLoad: Rule = ({ tables }) => {
  const watched = tables.filter(({ writes }) => writes !== null);
  const heavy = watched.filter(({ writes }) => writes !== null && isHeavy(writes));
  if (heavy.length > 0) {
    return [
      finding('warning', 'heavy-writes', {
        what: `Heavily written to: ${list(heavy.map(described))}.`,
        why:
          'A build waits for every writing transaction, three times over, and goes through all that was written since its ' +
          'first scan; from then on each write pays for the index too. Updates that touched no index become ordinary ones ' +
          'where they change a column of the new one.',
        advice: 'Build on these tables in a quiet hour, or one at a time (--jobs 1), and leave the gates on.',
      }),
    ];
  }
  if (watched.length === 0) return [];
  const most = Math.max(...watched.map(({ writes }) => writes?.now ?? 0));
  const seconds = Math.max(...watched.map(({ writes }) => writes?.seconds ?? 0));
  const on = count(watched.length, 'table');
  return [
    ok('write-load', `At most ${rows(most)} rows a second were written in ${duration(seconds * 1000)}, on ${on}.`),
  ];
};
