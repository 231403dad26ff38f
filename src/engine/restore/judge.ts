import type { CodeAt } from '../../plan/findings/index.ts';
import type { Finding } from '../../plan/types.ts';
import { bytes, duration } from '../../run/format.ts';
import { count, finding, list, ok } from '../preflight/finding.ts';
import { majorOf } from '../tools/index.ts';
import type { Look } from './look.ts';
import { tablesNotIn } from './toc.ts';

type Rule = (look: Look) => Finding[];

const no = (what: string, why: string, advice: string, code: CodeAt<'blocks'>): Finding =>
  finding('blocks', code, { what, why, advice });

const archive: Rule = ({
  archive: { facts, path, record, takenAt, rows, bytes: size },
  database,
  systemIdentifier,
  fromElsewhere,
  now,
}) => {
  const of = record?.database.database ?? facts.database;
  const found: Finding[] = [];
  const origin = record?.server.systemIdentifier ?? null;
  const level = fromElsewhere ? 'warning' : 'blocks';
  const advice = 'If it is meant all the same: --from-elsewhere.';
  if (of !== database.name)
    found.push(
      finding(level, 'restore-other-database', {
        what: `The archive is of the database ${of ?? '(it does not say)'}, not of ${database.name}.`,
        why: 'What is in use would be replaced by something else.',
        advice,
      }),
    );
  if (origin !== null && systemIdentifier !== null && origin !== systemIdentifier)
    found.push(
      finding(level, 'restore-other-server', {
        what: 'The archive was taken from another server.',
        why: `Its system identifier is ${origin}, that of this one ${systemIdentifier}: it may be staging’s.`,
        advice,
      }),
    );
  if (facts.tables === 0)
    found.push(
      no(
        `There are no rows of any table in ${path}.`,
        'Nothing could be gone back to.',
        'Name another backup.',
        'restore-empty',
      ),
    );
  const proof =
    record === null ? 'it has no record, and was read whole' : `its SHA-256 is the one on record (${record.id})`;
  found.push(ok('restore-archive', `${path}, ${bytes(size)}: ${proof}; ${count(rows.length, 'table')} to be compared`));
  const age = takenAt === null ? null : now.getTime() - Date.parse(takenAt);
  found.push(
    finding('warning', 'restore-age', {
      what:
        age === null
          ? 'When the archive was made is not known.'
          : `The archive shows the database as of ${takenAt}, ${duration(age)} ago.`,
      why: 'Whatever was written since then is lost.',
      advice: '',
    }),
  );
  return found;
};

const tools: Rule = ({ tools: chosen, server, mode, jobs }) => {
  if (chosen.why !== null)
    return [no(`${chosen.why.message}.`, 'It could not restore into this server.', chosen.why.advice, 'restore-tools')];
  const { restore } = chosen;
  if (restore.major >= 17 && majorOf(server.version_num) < 17 && mode === 'in-place' && jobs === 1)
    return [
      no(
        `pg_restore ${restore.version} sets transaction_timeout, which PostgreSQL ${server.version} does not know.`,
        'In a single transaction that one error ends the restore.',
        `Install postgresql-client-${majorOf(server.version_num)}, or restore beside.`,
        'restore-tools',
      ),
    ];
  return [ok('restore-tools', `pg_restore ${restore.version} for PostgreSQL ${server.version}`)];
};

const place: Rule = ({ server, pooling, engine, database }) => [
  ...(server.in_recovery
    ? [no('This server is a standby.', 'It cannot be written.', 'Connect to the primary.', 'restore-standby')]
    : []),
  ...(pooling === 'none' || pooling === 'session'
    ? []
    : [
        no(
          'A connection pooler is in between that keeps no sessions.',
          'Locks and temporary state would be lost.',
          'Connect to the server itself: -h, -p.',
          'restore-pooler',
        ),
      ]),
  ...(engine === null
    ? []
    : [
        no(
          `"${engine.application ?? 'another indexdeck'}"${engine.pid === null ? '' : `, pid ${engine.pid},`} is at work on this database.`,
          'What it builds would be torn away under it.',
          'Abort the run first, which stops and cleans its builds: indexdeck abort.',
          'restore-engine',
        ),
      ]),
  ...(database.prepared > 0
    ? [
        no(
          `${count(database.prepared, 'prepared transaction')} in this database.`,
          'They hold locks that no session can be ended for.',
          'COMMIT PREPARED or ROLLBACK PREPARED: see pg_prepared_xacts.',
          'restore-prepared',
        ),
      ]
    : []),
];

const rights: Rule = ({ mode, database, server, others, owners, sessions, swap }) => {
  const found: Finding[] = [];
  if (mode === 'beside' && !(database.may_create_databases && database.owned))
    found.push(
      no(
        `${server.user} may not ${database.may_create_databases ? `rename ${database.name}, which belongs to ${database.owner}` : 'create databases'}.`,
        'Beside the database in use a new one is made, and names are swapped.',
        'Connect as the database’s owner with CREATEDB, or as a superuser; or restore into it: --in-place.',
        'restore-rights',
      ),
    );
  if (!server.superuser && others.objects > 0 && (mode === 'in-place' || owners))
    found.push(
      no(
        `${count(others.objects, 'object')} of other owners: ${list(others.names, 5)}.`,
        mode === 'in-place' ? 'Only their owner may drop them.' : 'They could not be given back to their owner.',
        mode === 'in-place' ? 'Connect as a superuser.' : 'Connect as a superuser, or leave owners out: --no-owner.',
        'restore-owners',
      ),
    );
  const foreign = sessions.filter(({ user }) => user !== server.user);
  if (mode === 'beside' && swap && !server.may_signal && foreign.length > 0)
    found.push(
      no(
        `${count(foreign.length, 'session')} of other roles, which ${server.user} may not end.`,
        'A database cannot be renamed while sessions are in it.',
        'GRANT pg_signal_backend TO the role, or give --no-swap and swap when they are gone.',
        'restore-signal',
      ),
    );
  return found;
};

const describe = (look: Look): string => {
  const who = new Map<string, number>();
  for (const { user, application } of look.sessions) {
    const name = application || user || 'unknown';
    who.set(name, (who.get(name) ?? 0) + 1);
  }
  return list([...who].map(([name, times]) => (times === 1 ? name : `${name} (${times})`)));
};

const others: Rule = (look) => {
  const { sessions, mode, swap } = look;
  if (sessions.length === 0) return [ok('restore-sessions', 'nobody else is connected to the database')];
  const what = `${count(sessions.length, 'other session')} in the database: ${describe(look)}.`;
  if (mode === 'in-place')
    return [
      finding('warning', 'restore-sessions', {
        what,
        why: 'They wait for the restore’s locks to its end, and it waits for theirs: a transaction left open holds it up.',
        advice: 'Stop what uses the database first, if you can.',
      }),
    ];
  return [
    finding(swap ? 'warning' : 'note', 'restore-sessions', {
      what,
      why: swap
        ? 'They go on until the swap, which ends them; what they write until then is in the old database alone.'
        : 'They go on: nothing is swapped.',
      advice: '',
    }),
  ];
};

const contents: Rule = ({ archive: { record, entries }, mode, tables, ledgers, database, swap }) => {
  const found: Finding[] = [];
  if (record !== null && record.schemas.length > 0 && mode === 'beside' && swap)
    found.push(
      no(
        `The archive holds the schemas ${list(record.schemas)} alone.`,
        'Swapped in, the database would have nothing else.',
        'Restore it in place: --in-place; or give --no-swap and take from it what you need.',
        'restore-partial',
      ),
    );
  const own = new Set(ledgers);
  const gone = tablesNotIn(entries, tables).filter(({ schema }) => !own.has(schema));
  if (gone.length > 0)
    found.push(
      finding('warning', 'restore-new-tables', {
        what: `${count(gone.length, 'table')} of the database not in the archive: ${list(gone.map(({ schema, table }) => `${schema}.${table}`))}.`,
        why:
          mode === 'beside'
            ? 'The restored database does not have them.'
            : 'They stay; if they refer to a restored table, the restore fails.',
        advice: '',
      }),
    );
  if (mode === 'beside' && database.slots + database.subscriptions > 0)
    found.push(
      finding('warning', 'restore-replication', {
        what: `${count(database.slots, 'logical replication slot')} and ${count(database.subscriptions, 'subscription')} on this database.`,
        why: 'They stay with the old one.',
        advice: 'Make them anew after the swap.',
      }),
    );
  return found;
};

const reversible: Rule = ({ mode, jobs, bytes: size, swap, leftovers, invalid }) => {
  const undone = finding('warning', 'restore-undo', {
    what: `In place with ${jobs} jobs: no single transaction.`,
    why: 'It cannot be undone: stopped half way, the database is half restored.',
    advice: 'One job is all or nothing; beside, the old database is kept.',
  });
  return [
    ...(mode === 'in-place' && jobs > 1 ? [undone] : []),
    ...(mode === 'in-place' && jobs === 1
      ? [ok('restore-undo', 'in place, in a single transaction: all or nothing; once done it cannot be undone')]
      : []),
    ...(mode === 'beside'
      ? [
          finding('note', 'restore-room', {
            what: `The server needs room for a second copy: the database has ${size === null ? 'an unknown size' : bytes(size)} now.`,
            why: 'How much is free cannot be asked from here.',
            advice: '',
          }),
        ]
      : []),
    ...(mode === 'beside' && swap ? [ok('restore-undo', 'the old database is kept, and can be swapped back')] : []),
    ...leftovers.map(({ name, oid, of }) =>
      finding('note', 'restore-leftover', {
        what: `${name} (${oid === null ? 'still being made' : `oid ${oid}`}) was left by the restore ${of}, which was killed.`,
        why: 'It is dropped before this one begins.',
        advice: '',
      }),
    ),
    ...(invalid.length > 0
      ? [
          finding('note', 'restore-invalid', {
            what: `Invalid indexes now: ${list(invalid)}.`,
            why: 'No archive holds such.',
            advice: '',
          }),
        ]
      : []),
  ];
};

const RULES: readonly Rule[] = [place, archive, tools, rights, others, contents, reversible];

/** What speaks against a restore, and what somebody should know before. Pure. */
export const judge = (look: Look): Finding[] => RULES.flatMap((rule) => rule(look));
