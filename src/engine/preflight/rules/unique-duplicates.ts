import type { Finding } from '../../../plan/types.ts';
import type { Duplicates } from '../../../queries/duplicates.ts';
import type { IndexFinding, Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';
import { madeOf } from '../to-be-built.ts';
import { VALUE_MAX } from '../unique/query.ts';

/** Duplicates in the data of tables that are to get UNIQUE indexes, and where nobody has looked. */
export const uniqueDuplicates: Rule = ({ indexes, unique }) => {
  const findings: Finding[] = [];
  const free: string[] = [];
  const unchecked: { name: string; why: string; onRequest: boolean }[] = [];
  for (const index of indexes) {
    const check = unique.get(index.step);
    if (check === undefined) continue;
    const { name } = index.create;
    if (check.kind === 'unchecked') unchecked.push({ name, ...check });
    else if (check.duplicates.groups === 0) free.push(name);
    else findings.push(duplicated(index, check.duplicates));
  }
  if (free.length > 0) findings.push(ok('unique-free', `No duplicates were found for ${list(free)}: UNIQUE.`));
  if (unchecked.length > 0) {
    findings.push(
      finding('note', 'unique-unchecked', {
        what: `Not checked for duplicates: ${list(unchecked.map(({ name, why }) => `${name} (${why})`))}.`,
        why: 'A duplicate fails the build of a UNIQUE index at the end of its first scan, and leaves it invalid.',
        advice: unchecked.some(({ onRequest }) => onRequest)
          ? 'To have larger tables read, and to give it more time, name a size: --check-unique-up-to 100GB. It holds a snapshot as long as it reads.'
          : 'Look for duplicates yourself before the go.',
      }),
    );
  }
  return findings;
};

function duplicated(index: IndexFinding, { groups, rows, examples }: Duplicates): Finding {
  const keys = (madeOf(index)?.keys ?? []).map(({ sql }) => sql).join(', ');
  const { row, create } = index;
  const table = `${row.table_schema}.${row.table_name}`;
  const said = finding(
    'blocks',
    'unique-duplicates',
    {
      what: `${create.name} cannot be built: ${count(groups, 'key')} (${keys}) of ${table} ${groups === 1 ? 'stands' : 'stand'} in several rows, ${rows.toLocaleString('en')} in all.`,
      why: 'A build of a UNIQUE index fails at the first duplicate, after it has read the table, and leaves an invalid index.',
      advice:
        'Remove the duplicates first, give the index a predicate that leaves them out, or take it out of the plan.',
    },
    create,
  );
  if (examples.length === 0) return said;
  return {
    ...said,
    examples: examples.map(({ values, rows: n }) => `(${keys}) = (${values.map(shown).join(', ')}) in ${n} rows`),
  };
}

const shown = (value: string | null): string => {
  if (value === null) return 'NULL';
  const characters = [...value];
  return characters.length <= VALUE_MAX ? value : `${characters.slice(0, VALUE_MAX).join('')}…`;
};
