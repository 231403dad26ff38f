import type { CodeAt } from '../../../plan/findings/index.ts';
import type { Finding } from '../../../plan/types.ts';
import type { IndexFinding, Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** Each index has a table that an index can be built on, as it is to be built. */
export const tables: Rule = ({ indexes }) => {
  const findings = indexes.flatMap(wrong);
  if (findings.length > 0 || indexes.length === 0) return findings;
  const oids = new Set(indexes.map((index) => index.row.table_oid));
  return [
    ok(
      'tables',
      oids.size === 1 ? 'The table of the plan is there.' : `All ${oids.size} tables of the plan are there.`,
    ),
  ];
};

function wrong({ row, create, found }: IndexFinding): Finding[] {
  const table = `${row.table_schema}.${row.table_name}`;
  const blocks = (code: CodeAt<'blocks'>, what: string, why: string, advice: string) => [
    finding('blocks', code, { what, why, advice }, create),
  ];
  if (found.kind === 'no-table') {
    const code = row.table_oid === null ? 'no-table' : 'not-a-table';
    const advice = 'Correct the name in the plan, or run the migration that makes the table first.';
    return blocks(code, found.message, 'The build would fail at once.', advice);
  }
  if (row.is_system === true) {
    const why = 'Indexes on system tables are not for users, and the server refuses them.';
    return blocks('system-table', `${table} is a system table.`, why, 'Take it out of the plan.');
  }
  if (row.table_persistence === 't') {
    const why = 'It belongs to one session and is gone with it: nobody else can build on it.';
    return blocks('temporary-table', `${table} is a temporary table.`, why, 'Take it out of the plan.');
  }
  if (row.table_kind === 'p' && create.only && create.concurrently) {
    const what = `${create.name} is planned CONCURRENTLY and ON ONLY ${table}, which is a partitioned table.`;
    const advice =
      'Leave ONLY out, and its partitions are seen to; or leave CONCURRENTLY out: ON ONLY is done at once.';
    return blocks('partitioned-table', what, 'The server refuses CREATE INDEX CONCURRENTLY here.', advice);
  }
  if (row.table_kind !== 'p' && create.only && !create.concurrently) {
    const what = `${create.name} is planned ON ONLY ${table}, which is no partitioned table.`;
    const why = 'There the whole index would be built, under a lock that stops every write to the table.';
    return blocks('only-not-partitioned', what, why, 'Write CREATE INDEX CONCURRENTLY ... ON, without ONLY.');
  }
  return [];
}
