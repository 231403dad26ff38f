import type { Finding } from '../../../plan/types.ts';
import type { TableWorkRow } from '../../../queries/table_work.ts';
import { duration } from '../../../run/index.ts';
import type { Rule } from '../facts.ts';
import { count, finding } from '../finding.ts';
import { placesOf } from '../partition-words.ts';
import type { TableNow } from '../tables-now.ts';
import { whoWorks } from '../who.ts';

const MOST = 10;

/** ShareUpdateExclusiveLock as SQL says it: SHARE UPDATE EXCLUSIVE. */
const lockName = (mode: string | null): string =>
  (mode ?? 'unknown')
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();

/** A session with the same lock on one of the plan's tables, or on partitions of one. */
interface Lock {
  work: TableWorkRow;
  on: TableNow[];
}

/**
 * Sessions with a lock on a table of the plan that a concurrent build cannot begin beside. An autovacuum gives way to a
 * build; one against wraparound, and a transaction that is old already, have findings of their own.
 */
export const tableWork: Rule = ({ tables, transactions }) => {
  const told = transactions.filter((each) => each.tables.length > 0 && (each.gid !== null || each.age_s !== null));
  const known = new Set(told.map(({ pid, gid }) => gid ?? pid));
  const locks = new Map<string, Lock>();
  for (const table of tables) {
    for (const work of table.work) {
      const { kind, autovacuum, gid, pid, mode, granted } = work;
      if (kind !== 'strong' || autovacuum || known.has(gid ?? pid ?? 0)) continue;
      const key = JSON.stringify([gid ?? pid, table.partitionOf ?? table.name, mode, granted]);
      const lock = locks.get(key) ?? { work, on: [] };
      locks.set(key, { ...lock, on: [...lock.on, table] });
    }
  }
  const found = [...locks.values()].map(ofSession);
  if (found.length <= MOST) return found;
  const what = `${count(found.length - MOST, 'more lock')} of the same kind ${found.length === MOST + 1 ? 'is' : 'are'} there.`;
  const rest = { what, subject: 'more', why: 'Builds wait for each of them.', advice: 'See pg_locks.' };
  return [...found.slice(0, MOST), finding('warning', 'table-work', rest)];
};

function ofSession({ work, on }: Lock): Finding {
  const [first] = on;
  const doing = work.command === null ? '' : `: ${work.command}`;
  const age = work.age_s === null ? '' : `, for ${duration(work.age_s * 1000)}`;
  return finding('warning', 'table-work', {
    what: `${whoWorks(work)} ${work.granted === true ? 'holds' : 'waits for'} ${lockName(work.mode)} on ${placesOf(on)}${doing}${age}.`,
    subject: `${work.gid ?? `pid ${work.pid}`} ${first?.partitionOf ?? first?.name} ${work.mode}`,
    why: 'VACUUM, ANALYZE, other DDL and REFRESH ... CONCURRENTLY exclude concurrent builds on their table: the build waits for the end.',
    advice: 'Wait until it is done, and see that nothing of the kind is due in the window.',
  });
}
