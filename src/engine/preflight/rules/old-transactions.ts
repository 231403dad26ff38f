import { quoteLiteral } from '../../../plan/ident.ts';
import type { Finding } from '../../../plan/types.ts';
import type { StallingTransaction } from '../../../queries/stalling_transactions.ts';
import { duration, type RunOptions } from '../../../run/index.ts';
import type { Facts, Rule } from '../facts.ts';
import { count, finding, ok } from '../finding.ts';
import { placesNamed } from '../partition-words.ts';

/** No more findings than this of one kind: the oldest. */
const MOST = 10;
const LEAST_S = 60;

/** From which age on a transaction is worth a finding: the gate's own threshold, and never less than a minute. */
export const leastTransactionAgeS = (options: RunOptions): number =>
  Math.max(LEAST_S, options.gates['old-transaction'].warn ?? LEAST_S);

const age = (seconds: number | null): string =>
  seconds === null ? 'of unknown age' : `${duration(seconds * 1000)} old`;

/** Transactions that every build would wait for; a prepared one holds on until somebody ends it. */
export const oldTransactions: Rule = ({ transactions, options, tables }) => {
  const prepared = transactions.filter((transaction) => transaction.gid !== null);
  const sessions = transactions.filter((transaction) => transaction.gid === null && transaction.age_s !== null);
  const hidden = transactions.filter((transaction) => transaction.gid === null && transaction.age_s === null);
  const findings = [
    ...sessions.slice(0, MOST).map((transaction) => ofSession(transaction, tables)),
    ...prepared.slice(0, MOST).map((transaction) => ofPrepared(transaction, tables)),
  ];
  const left = Math.max(0, sessions.length - MOST) + Math.max(0, prepared.length - MOST);
  if (left > 0) {
    const what = `${count(left, 'more transaction')} of the same kind ${left === 1 ? 'is' : 'are'} there.`;
    findings.push(
      finding('warning', 'old-transaction', {
        what,
        why: 'Builds wait for each of them.',
        advice: 'See pg_stat_activity.',
      }),
    );
  }
  if (hidden.length > 0) {
    findings.push(
      finding('note', 'hidden-transactions', {
        what: `${count(hidden.length, 'transaction')} of others, with a snapshot or a lock, whose age may not be seen.`,
        why: 'A build waits for each of them to end.',
        advice: 'With pg_monitor it could be said how old they are.',
      }),
    );
  }
  if (findings.length > 0) return findings;
  return [
    ok('no-old-transaction', `No transaction over ${leastTransactionAgeS(options)} s that builds would wait for.`),
  ];
};

function ofSession(transaction: StallingTransaction, known: Facts['tables']): Finding {
  const { pid, user, application, state, age_s, tables, snapshot } = transaction;
  const holds = [
    ...(snapshot ? ['a snapshot'] : []),
    ...(tables.length > 0 ? [`a lock on ${placesNamed(tables, known)}`] : []),
  ].join(' and ');
  return finding('warning', 'old-transaction', {
    what:
      `A transaction is ${age(age_s)}: pid ${pid}, user ${user ?? 'unknown'}, "${application ?? ''}", ` +
      `${state ?? 'state unknown'}; it holds ${holds}.`,
    why: snapshot
      ? 'Every concurrent build in this database waits in its last phase until it ends, whatever tables it reads.'
      : 'A concurrent build on that table waits until it ends.',
    subject: `pid ${pid}`,
    advice: `Have it committed or rolled back; if it is forgotten, SELECT pg_terminate_backend(${pid}) ends it.`,
  });
}

function ofPrepared({ gid, user, age_s, tables }: StallingTransaction, known: Facts['tables']): Finding {
  const literal = quoteLiteral(gid ?? '');
  return finding('warning', 'prepared-transaction', {
    what:
      `The prepared transaction ${literal} of ${user ?? 'unknown'} is ${age(age_s)}` +
      `${tables.length > 0 ? ` and holds a lock on ${placesNamed(tables, known)}` : ''}.`,
    why:
      tables.length > 0
        ? 'A concurrent build there waits for it for ever: it has no session that would end.'
        : 'It holds its locks for ever, and a build on a table that it wrote would wait as long.',
    subject: literal,
    advice: `Ask whoever prepared it, then COMMIT PREPARED ${literal} or ROLLBACK PREPARED ${literal}.`,
  });
}
