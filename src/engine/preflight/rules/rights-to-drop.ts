import type { Finding } from '../../../plan/types.ts';
import type { Rule } from '../facts.ts';
import { count, finding, ok } from '../finding.ts';

/** DROP INDEX takes the table's owner, or a member of it, and USAGE on the schema to find it by name. */
export const rightsToDrop: Rule = ({ indexes, resumed, server }) => {
  const built = indexes.filter(({ step }) => ['done', 'dropping'].includes(resumed?.[step]?.status ?? ''));
  // A table that is gone has taken its indexes with it.
  const standing = built.filter(({ row }) => row.table_oid !== null);
  const tables = [...new Map(standing.map((index) => [index.row.table_oid, index])).values()];
  const findings = tables.flatMap(({ row }): Finding[] => {
    if (row.is_owner === true && row.may_use_schema === true) return [];
    return [
      finding('blocks', 'no-right-to-drop', {
        what: `${server.user} may not drop indexes of ${row.table_schema}.${row.table_name}.`,
        subject: `${row.table_schema}.${row.table_name}`,
        why: 'Only the owner of a table (or a member of it, or a superuser) may drop an index of it.',
        advice: `Connect as ${row.table_owner}, or have it granted: GRANT ${row.table_owner} TO ${server.user}.`,
      }),
    ];
  });
  if (findings.length > 0 || tables.length === 0) return findings;
  return [ok('rights-to-drop', `${server.user} may drop indexes on ${count(tables.length, 'table')}.`)];
};
