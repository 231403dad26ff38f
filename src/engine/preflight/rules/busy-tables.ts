import type { Rule } from '../facts.ts';
import { finding } from '../finding.ts';

/** Somebody else builds on a table of the plan, or keeps everybody out of it. */
export const busyTables: Rule = ({ indexes }) => {
  const seen = new Set<string>();
  return indexes.flatMap(({ row, create, found }) => {
    const table = `${row.table_schema}.${row.table_name}`;
    const once = (code: string) => !seen.has(`${code} ${table}`) && seen.add(`${code} ${table}`);
    const findings = [];
    if (row.table_builder !== null && found.kind !== 'building' && once('table-building')) {
      findings.push(
        finding(
          'warning',
          'table-building',
          {
            what: `pid ${row.table_builder} is building an index on ${table} right now.`,
            subject: table,
            why: 'Two concurrent builds on one table do not queue: they deadlock, and one of them dies almost done.',
            advice: 'Wait for its end before the go.',
          },
          create,
        ),
      );
    }
    if (row.table_locked_by !== null && once('table-locked')) {
      findings.push(
        finding(
          'warning',
          'table-locked',
          {
            what: `pid ${row.table_locked_by} holds, or waits for, an ACCESS EXCLUSIVE lock on ${table}.`,
            subject: table,
            why: 'Every query on the table waits for it, a build too, and what is there cannot be compared meanwhile.',
            advice: 'Find out what it does, and look again when it is done.',
          },
          create,
        ),
      );
    }
    return findings;
  });
};
