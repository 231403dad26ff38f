import type { Finding } from '../../../plan/types.ts';
import type { TableWorkRow } from '../../../queries/table_work.ts';
import { duration } from '../../../run/index.ts';
import type { Rule } from '../facts.ts';
import { count, finding } from '../finding.ts';

const MOST = 10;

/** ShareUpdateExclusiveLock as SQL says it: SHARE UPDATE EXCLUSIVE. */
const lockName = (mode: string | null): string =>
  (mode ?? 'unknown')
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();

const who = ({ gid, pid, user, application, state }: TableWorkRow): string =>
  gid === null
    ? `pid ${pid} (user ${user ?? 'unknown'}, "${application ?? ''}", ${state ?? 'state unknown'})`
    : `the prepared transaction ${JSON.stringify(gid)} of ${user ?? 'unknown'}`;

/**
 * Sessions with a lock on a table of the plan that a concurrent build cannot begin beside. An autovacuum gives way to a
 * build; one against wraparound, and a transaction that is old already, have findings of their own.
 */
export const tableWork: Rule = ({ tables, transactions }) => {
  const told = transactions.filter((each) => each.tables.length > 0 && (each.gid !== null || each.age_s !== null));
  const known = new Set(told.map(({ pid, gid }) => gid ?? pid));
  const found = tables.flatMap(({ name, work }) =>
    work
      .filter(({ kind, autovacuum, gid, pid }) => kind === 'strong' && !autovacuum && !known.has(gid ?? pid ?? 0))
      .map((each) => ofSession(name, each)),
  );
  if (found.length <= MOST) return found;
  const what = `${count(found.length - MOST, 'more lock')} of the same kind ${found.length === MOST + 1 ? 'is' : 'are'} there.`;
  const rest = { what, subject: 'more', why: 'Builds wait for each of them.', advice: 'See pg_locks.' };
  return [...found.slice(0, MOST), finding('warning', 'table-work', rest)];
};

function ofSession(table: string, work: TableWorkRow): Finding {
  const doing = work.command === null ? '' : `: ${work.command}`;
  const age = work.age_s === null ? '' : `, for ${duration(work.age_s * 1000)}`;
  return finding('warning', 'table-work', {
    what: `${who(work)} ${work.granted === true ? 'holds' : 'waits for'} ${lockName(work.mode)} on ${table}${doing}${age}.`,
    subject: `${work.gid ?? `pid ${work.pid}`} ${table} ${work.mode}`,
    why: 'VACUUM, ANALYZE, other DDL and REFRESH ... CONCURRENTLY exclude concurrent builds on their table: the build waits for the end.',
    advice: 'Wait until it is done, and see that nothing of the kind is due in the window.',
  });
}
