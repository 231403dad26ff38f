import type { Finding } from '../../../plan/types.ts';
import type { Rule } from '../facts.ts';
import { finding, list } from '../finding.ts';
import { placesOf, tableItems } from '../partition-words.ts';
import type { TableNow } from '../tables-now.ts';

/** Tables that can be indexed, and whose indexes live otherwise than those of ordinary ones. */
export const tableKinds: Rule = ({ tables }) => [...unlogged(tables), ...materialised(tables), ...ofExtensions(tables)];

/**
 * Their indexes are unlogged too (ResetUnloggedRelations in the server's reinit.c; tried on 15 and 18). A partitioned table has
 * nothing of its own, whatever it is called: its partitions are unlogged or not, each for itself.
 */
function unlogged(all: readonly TableNow[]): Finding[] {
  const tables = all.filter(({ condition }) => condition.persistence === 'u' && condition.kind !== 'p');
  if (tables.length === 0) return [];
  return [
    finding('note', 'unlogged-table', {
      what: `Unlogged: ${placesOf(tables)}.`,
      why:
        'After a crash of the server such a table is emptied, and its indexes with it: they stay there, valid and empty. ' +
        'Neither is on any standby, nor in a physical backup.',
      advice:
        'Nothing to do where that is meant. Else ALTER TABLE ... SET LOGGED first: it writes the table anew, and keeps ' +
        'everybody out meanwhile.',
    }),
  ];
}

function materialised(all: readonly TableNow[]): Finding[] {
  const views = all.filter(({ condition }) => condition.kind === 'm');
  if (views.length === 0) return [];
  const empty = views.filter(({ condition }) => !condition.populated);
  const without = empty.length === 0 ? '' : ` Without data as yet (WITH NO DATA): ${placesOf(empty)}.`;
  return [
    finding('note', 'materialised-view', {
      what: `Materialised: ${placesOf(views)}; that can be indexed concurrently like a table.${without}`,
      why:
        'REFRESH MATERIALIZED VIEW builds all indexes anew, so each makes it longer; with CONCURRENTLY it keeps them up to ' +
        'date row by row. Neither runs beside a build: the later of the two waits.',
      advice: 'See that no refresh is due in the window.',
    }),
  ];
}

/** A dump has CREATE EXTENSION in place of what belongs to one (tried with pg_dump 15 and 18). */
function ofExtensions(all: readonly TableNow[]): Finding[] {
  const tables = all.filter(({ condition }) => condition.extension !== null);
  if (tables.length === 0) return [];
  const which = tableItems(tables, ({ name, condition }) => `${name} (${condition.extension})`);
  return [
    finding('warning', 'extension-table', {
      what: `Made by an extension: ${list(which)}.`,
      why:
        'pg_dump writes CREATE EXTENSION in place of these tables, and leaves out indexes that others made on them: ' +
        'a restored dump is without them. An update of the extension may drop them too.',
      advice: 'Keep the statement at hand, and repeat it after a restore and after each update of the extension.',
    }),
  ];
}
