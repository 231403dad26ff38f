import type { Finding } from '../../../plan/types.ts';
import type { StallingTransaction } from '../../../queries/stalling_transactions.ts';
import { duration } from '../../../run/index.ts';
import type { Facts, Rule } from '../facts.ts';
import { count, finding, ok } from '../finding.ts';
import { placesNamed } from '../partition-words.ts';
import { leastTransactionAgeS } from './old-transactions.ts';

const MOST = 10;

const WHY = 'A concurrent drop on that table waits until it ends, and meanwhile the index serves no new query.';
/** Source: index_drop in the server's index.c: of a partitioned index each part is dropped under ACCESS EXCLUSIVE. */
const WHY_PARTITIONED = `${WHY} That of a partitioned table is dropped as a whole, not concurrently: it needs every partition for itself, gives up after a moment, and is tried again.`;

type Waited = Pick<StallingTransaction, 'gid' | 'pid' | 'user' | 'application' | 'state' | 'age_s' | 'tables'>;

const who = ({ gid, pid, user, application, state }: Waited): string =>
  gid === null
    ? `pid ${pid}, user ${user ?? 'unknown'}, "${application ?? ''}", ${state ?? 'state unknown'}`
    : `the prepared transaction ${JSON.stringify(gid)} of ${user ?? 'unknown'}`;

/** Those with a lock that stalls builds too, and of the others, mere readers, the oldest on each table. */
function waitedFor({ transactions, tables, options }: Facts): Waited[] {
  const waits = new Map<string | number, Waited>();
  for (const each of transactions) if (each.tables.length > 0) waits.set(each.gid ?? each.pid, each);
  const known = new Set(waits.keys());
  for (const { name, work } of tables) {
    for (const { kind, pid, age_s, gid, user, application, state } of work) {
      const key = gid ?? pid ?? 0;
      if (kind !== 'holder' || known.has(key) || (age_s !== null && age_s < leastTransactionAgeS(options))) continue;
      const names = [...(waits.get(key)?.tables ?? []), name];
      waits.set(key, { gid, pid: pid ?? 0, user, application, state, age_s, tables: names });
    }
  }
  return [...waits.values()].sort((a, b) => (b.age_s ?? 0) - (a.age_s ?? 0));
}

/**
 * Transactions that have used the tables, readers too: a concurrent drop waits for each of them, twice, and for no others
 * (unlike a build, which waits for every older snapshot; tried on 15 and 18).
 */
export const dropWaits: Rule = (facts) => {
  const waits = waitedFor(facts);
  if (waits.length === 0)
    return [ok('no-drop-waits', 'No old transaction has used the tables: a drop would wait for none.')];
  const findings = waits.slice(0, MOST).map((transaction): Finding => {
    const { age_s, tables, gid } = transaction;
    const old = age_s === null ? 'of unknown age' : `${duration(age_s * 1000)} old`;
    return finding('warning', 'drop-waits', {
      what: `A transaction is ${old}: ${who(transaction)}; it holds a lock on ${placesNamed(tables, facts.tables)}.`,
      subject: gid === null ? `pid ${transaction.pid}` : JSON.stringify(gid),
      why: facts.indexes.some(({ row }) => row.table_kind === 'p') ? WHY_PARTITIONED : WHY,
      advice: gid === null ? 'Have it committed or rolled back.' : 'COMMIT PREPARED or ROLLBACK PREPARED ends it.',
    });
  });
  if (waits.length <= MOST) return findings;
  const what = `${count(waits.length - MOST, 'more transaction')} of the same kind ${waits.length === MOST + 1 ? 'is' : 'are'} there.`;
  return [
    ...findings,
    finding('warning', 'drop-waits', { what, why: 'Drops wait for each of them.', advice: 'See pg_stat_activity.' }),
  ];
};
