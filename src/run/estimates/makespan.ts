import { combine, type Range, sum, ZERO } from './range.ts';

/** A build that has to be done: its section (of tables' sections that are worked on together, the first), table, and time. */
export interface Work {
  section: number;
  table: number | string;
  ms: Range;
}

/** How long all of it takes: sections one after the other; in each, `jobs` at a time and never two on one table. */
export const makespan = (work: readonly Work[], jobs: number): Range => {
  const sections = new Map<number, Map<number | string, Range>>();
  for (const { section, table, ms } of work) {
    const tables = sections.get(section) ?? new Map<number | string, Range>();
    sections.set(section, tables.set(table, sum([tables.get(table) ?? ZERO, ms])));
  }
  const least = (values: number[]): number =>
    Math.max(0, ...values, values.reduce((all, value) => all + value, 0) / Math.max(1, jobs));
  return sum([...sections.values()].map((tables) => combine([...tables.values()], least)));
};
