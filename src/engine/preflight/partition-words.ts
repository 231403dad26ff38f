import { count, list } from './finding.ts';
import type { TableNow } from './tables-now.ts';

/** Partitions of one table that are named; the others are counted. */
const NAMED = 3;

type Table = Pick<TableNow, 'name' | 'partitionOf'>;

/** What is to be said together: a table of the plan, or the partitions of one. In the order in which the first of each comes. */
export const together = <T extends Table>(tables: readonly T[]): T[][] => [
  ...Map.groupBy(tables, ({ name, partitionOf }) =>
    JSON.stringify([partitionOf ?? name, partitionOf === null]),
  ).values(),
];

/**
 * One item for each table of the plan. The partitions of a partitioned one are one item, however many they are: the first of them
 * are named, so the worst has to come first.
 */
export const tableItems = <T extends Table>(tables: readonly T[], describe: (table: T) => string): string[] =>
  together(tables).map((its) => {
    const [first] = its;
    if (first === undefined) return '';
    if (first.partitionOf === null) return describe(first);
    return `${count(its.length, 'partition')} of ${first.partitionOf} [${list(its.map(describe), NAMED)}]`;
  });

/** The tables by name. */
export const placesOf = (tables: readonly Table[]): string => list(tableItems(tables, ({ name }) => name));

/** Tables that are known by their names alone. */
export const placesNamed = (names: readonly string[], known: readonly TableNow[]): string => {
  const partitionOf = new Map(known.map((table) => [table.name, table.partitionOf]));
  return placesOf(names.map((name) => ({ name, partitionOf: partitionOf.get(name) ?? null })));
};
