import { duration } from '../../../run/index.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';
import { together } from '../partition-words.ts';
import type { TableNow, WriteRate } from '../tables-now.ts';

/** Rows a second from which on a table counts as heavily written to. */
const HEAVY = 1_000;

/** What is written to a table, or to the partitions of one together. */
interface Load extends WriteRate {
  name: string;
  writers: number;
  /** The partitions, the busiest first; null for a table that has none. */
  partitions: { name: string; now: number }[] | null;
}

const rows = (rate: number): string => Math.round(rate).toLocaleString('en');

const isHeavy = ({ now, average }: WriteRate): boolean => now >= HEAVY || (average !== null && average.rate >= HEAVY);

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function loadOf(tables: readonly TableNow[]): Load[] {
  const watched = tables.flatMap(({ name, writers, writes }) =>
    writes === null ? [] : [{ ...writes, name, writers }],
  );
  const [first] = watched;
  if (first === undefined) return [];
  const { partitionOf } = tables[0] ?? { partitionOf: null };
  if (partitionOf === null) return [{ ...first, partitions: null }];
  const averages = watched.flatMap(({ average }) => average ?? []);
  return [
    {
      name: partitionOf,
      now: sum(watched.map(({ now }) => now)),
      seconds: Math.max(...watched.map(({ seconds }) => seconds)),
      average:
        averages[0] === undefined
          ? null
          : { rate: sum(averages.map(({ rate }) => rate)), sinceS: Math.max(...averages.map(({ sinceS }) => sinceS)) },
      updates: {
        all: sum(watched.map(({ updates }) => updates.all)),
        hot: sum(watched.map(({ updates }) => updates.hot)),
      },
      writers: Math.max(...watched.map(({ writers }) => writers)),
      partitions: watched.sort((a, b) => b.now - a.now || (b.average?.rate ?? 0) - (a.average?.rate ?? 0)),
    },
  ];
}

/**
 * `public.orders: 5,240 rows a second in 1.1 s, 812 on average in 71:00:00, 12 writers now, 97 % of its updates in place`; of a
 * partitioned table all its partitions together, and which is the busiest.
 */
function described({ name, now, seconds, average, updates, writers, partitions }: Load): string {
  const busiest = partitions?.[0];
  const most =
    busiest === undefined
      ? []
      : [
          `most of all ${busiest.name} (${rows(busiest.now)} a second), of ${count(partitions?.length ?? 0, 'partition')}`,
        ];
  const writing = partitions === null ? 'writing right now' : 'writing right now to one of them';
  return [
    `${name}: ${rows(now)} rows a second in ${duration(seconds * 1000)}`,
    ...most,
    ...(average === null
      ? []
      : [`${rows(average.rate)} on average in the ${duration(average.sinceS * 1000)} since the reset`]),
    ...(writers === 0 ? [] : [`${count(writers, 'transaction')} ${writing}`]),
    ...(updates.all === 0
      ? []
      : [`${Math.floor((updates.hot / updates.all) * 100)} % of all its updates touched no index`]),
  ].join(', ');
}

/** How much is written to the tables that are built on while one looks, by two readings of the server's counters. */
export const writeLoad: Rule = ({ tables }) => {
  const loads = together(tables).flatMap(loadOf);
  const heavy = loads.filter(isHeavy);
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
  if (loads.length === 0) return [];
  const most = Math.max(...loads.map(({ now }) => now));
  const seconds = Math.max(...loads.map((load) => load.seconds));
  const partitions = sum(loads.map((load) => load.partitions?.length ?? 0));
  const on = `${count(loads.length, 'table')}${partitions === 0 ? '' : ` (with ${count(partitions, 'partition')})`}`;
  return [
    ok('write-load', `At most ${rows(most)} rows a second were written in ${duration(seconds * 1000)}, on ${on}.`),
  ];
};
