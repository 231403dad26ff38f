import type { Finding } from '../../../plan/types.ts';
import type { Rule } from '../facts.ts';
import { finding, list } from '../finding.ts';
import { tableItems } from '../partition-words.ts';
import type { TableNow } from '../tables-now.ts';

/** Smaller tables are read whole whatever the planner knows of them. */
const WORTH_SAYING = 10_000;
/** The share of its rows that changed since the last ANALYZE; autovacuum analyzes at a tenth by default. */
const STALE = 0.5;

const number = (n: number): string => Math.round(n).toLocaleString('en');

/** What the planner knows of the plan's tables: after a bulk load, a restore or pg_upgrade that may be nothing. */
export const statistics: Rule = ({ tables }) => {
  const large = tables
    .filter(({ condition }) => condition.live_rows >= WORTH_SAYING)
    .sort((a, b) => b.condition.live_rows - a.condition.live_rows);
  const never = large.filter(({ condition }) => condition.has_statistics === false && condition.analyzed_at === null);
  const stale = large.filter(
    ({ condition }) => !never.some(({ condition: { oid } }) => oid === condition.oid) && isStale(condition),
  );
  return [...neverAnalyzed(never), ...staleOf(stale)];
};

const isStale = ({ changed_since_analyze: changed, live_rows: live }: TableNow['condition']): boolean =>
  changed >= WORTH_SAYING && changed >= live * STALE;

function neverAnalyzed(tables: readonly TableNow[]): Finding[] {
  if (tables.length === 0) return [];
  const each = tableItems(tables, ({ name, condition }) => `${name} (${number(condition.live_rows)} rows)`);
  return [
    finding('warning', 'never-analyzed', {
      what: `Loaded, and never analyzed: ${list(each)}.`,
      why:
        'The planner knows nothing of their columns, and chooses indexes blindly; sizes given here are guesses. Autovacuum ' +
        'will analyze them soon, and cannot while a build is at work on the table.',
      advice: 'ANALYZE them before the go.',
    }),
  ];
}

function staleOf(tables: readonly TableNow[]): Finding[] {
  if (tables.length === 0) return [];
  const each = tableItems(
    tables,
    ({ name, condition: { changed_since_analyze: changed, live_rows: live, analyzed_at: at } }) => {
      const when = at === null ? '' : ` since ${at}`;
      return `${name} (${number(changed)} rows changed${when}, ${number(live)} there)`;
    },
  );
  return [
    finding('note', 'stale-statistics', {
      what: `Much has changed since the last ANALYZE: ${list(each)}.`,
      why: 'Plans and estimates go by how the tables were then.',
      advice: 'ANALYZE them before the go.',
    }),
  ];
}
