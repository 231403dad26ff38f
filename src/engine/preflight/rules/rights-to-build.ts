import type { Finding } from '../../../plan/types.ts';
import type { Facts, IndexFinding, Rule } from '../facts.ts';
import { count, finding, ok } from '../finding.ts';

const byTable = (facts: Facts): IndexFinding[][] => {
  const tables = new Map<number, IndexFinding[]>();
  for (const index of facts.indexes) {
    // A table that no index can be built on has a finding of its own.
    if (index.row.table_oid === null || index.row.is_system || index.found.kind === 'no-table') continue;
    tables.set(index.row.table_oid, [...(tables.get(index.row.table_oid) ?? []), index]);
  }
  return [...tables.values()];
};

/**
 * CREATE INDEX takes the table's owner (or a member of it) with CREATE on its schema; MAINTAIN (17) does not do. Source:
 * RangeVarCallbackOwnsRelation and DefineIndex in the server's indexcmds.c.
 */
export const rightsToBuild: Rule = (facts) => {
  const tables = byTable(facts);
  const findings = tables.flatMap((indexes) => lacking(indexes, facts.server.user));
  if (findings.length > 0 || tables.length === 0) return findings;
  return [ok('rights-to-build', `${facts.server.user} may create indexes on ${count(tables.length, 'table')}.`)];
};

function lacking(indexes: IndexFinding[], user: string): Finding[] {
  const [first] = indexes;
  if (first === undefined) return [];
  const { row, create } = first;
  const table = `${row.table_schema}.${row.table_name}`;
  const planned = `${count(indexes.length, 'index', 'indexes')} of the plan`;
  if (row.may_use_schema !== true) {
    const what = `${user} may not use the schema ${row.table_schema}, which ${planned} on ${table} need.`;
    const advice = `As its owner: GRANT USAGE, CREATE ON SCHEMA ${row.table_schema} TO ${user}.`;
    return [
      finding(
        'blocks',
        'no-schema-right',
        { what, subject: table, why: 'Each of these builds would fail at once.', advice },
        create,
      ),
    ];
  }
  const findings: Finding[] = [];
  if (row.is_owner !== true) {
    findings.push(
      finding(
        'blocks',
        'not-owner',
        {
          what: `${user} is not the owner of ${table}, on which ${planned} ${indexes.length === 1 ? 'is' : 'are'} to be built.`,
          subject: table,
          why: 'Only the owner of a table (or a member of it, or a superuser) may create an index on it.',
          advice: `Connect as ${row.table_owner}, or have it granted: GRANT ${row.table_owner} TO ${user}.`,
        },
        create,
      ),
    );
  }
  if (row.may_create !== true) {
    findings.push(
      finding(
        'blocks',
        'no-create-right',
        {
          what: `${user} may not create anything in the schema ${row.table_schema} of ${table}.`,
          subject: table,
          why: "An index is made in its table's schema, and that takes the right to create there.",
          advice: `As its owner: GRANT CREATE ON SCHEMA ${row.table_schema} TO ${user}.`,
        },
        create,
      ),
    );
  }
  return findings;
}
