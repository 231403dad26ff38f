import { group, never } from '../entry.ts';

const WAIVER = never('restore has options of its own for what may be passed over.');

/** What `restore` says before it asks (`src/engine/restore/judge.ts`). */
export const RESTORE_CODES = group({
  title: 'A restore',
  codes: {
    'restore-archive': { levels: ['ok'], what: 'The archive can be read, and how that was proven.' },
    'restore-empty': {
      levels: ['blocks'],
      what: 'There are no rows of any table in the archive.',
      why: 'Nothing could be gone back to.',
      fix: 'Name another backup.',
      waiver: WAIVER,
    },
    'restore-other-database': {
      levels: ['blocks', 'warning'],
      what: 'The archive is of another database.',
      why: 'What is in use would be replaced by something else.',
      fix: 'If it is meant all the same: `--from-elsewhere`.',
      waiver: never('`--from-elsewhere` says that it is meant.'),
    },
    'restore-other-server': {
      levels: ['blocks', 'warning'],
      what: 'The archive was taken from another server.',
      why: "It may be staging's.",
      fix: 'If it is meant all the same: `--from-elsewhere`.',
      waiver: never('`--from-elsewhere` says that it is meant.'),
    },
    'restore-age': {
      levels: ['warning'],
      what: 'When the archive was made.',
      why: 'Whatever was written since then is lost.',
      fix: 'Nothing to do but to know it.',
    },
    'restore-tools': {
      levels: ['blocks', 'ok'],
      what: 'A pg_restore that fits the server and the archive is there, or is not.',
      why: 'Another one could not restore into this server.',
      fix: "Install the client of the server's version, or restore beside.",
      waiver: WAIVER,
    },
    'restore-standby': {
      levels: ['blocks'],
      what: 'The server is a standby.',
      why: 'It cannot be written.',
      fix: 'Connect to the primary.',
      waiver: WAIVER,
    },
    'restore-pooler': {
      levels: ['blocks'],
      what: 'A connection pooler is in between that keeps no sessions.',
      why: 'Locks and temporary state would be lost.',
      fix: 'Connect to the server itself.',
      waiver: WAIVER,
    },
    'restore-engine': {
      levels: ['blocks'],
      what: 'An indexdeck is at work on this database.',
      why: 'What it builds would be torn away under it.',
      fix: 'Abort the run first, which stops and cleans its builds.',
      waiver: WAIVER,
    },
    'restore-prepared': {
      levels: ['blocks'],
      what: 'There are prepared transactions in this database.',
      why: 'They hold locks that no session can be ended for.',
      fix: 'COMMIT PREPARED or ROLLBACK PREPARED: see pg_prepared_xacts.',
      waiver: WAIVER,
    },
    'restore-rights': {
      levels: ['blocks'],
      what: 'The role may not create or rename databases.',
      why: 'Beside the database in use a new one is made, and names are swapped.',
      fix: "Connect as the database's owner with CREATEDB, or as a superuser; or restore into it: `--in-place`.",
      waiver: WAIVER,
    },
    'restore-owners': {
      levels: ['blocks'],
      what: 'Objects belong to other owners.',
      why: 'Only their owner may drop them, or they could not be given back to their owner.',
      fix: 'Connect as a superuser, or leave owners out: `--no-owner`.',
      waiver: WAIVER,
    },
    'restore-signal': {
      levels: ['blocks'],
      what: 'Sessions of other roles are in the database, which the role may not end.',
      why: 'A database cannot be renamed while sessions are in it.',
      fix: 'GRANT pg_signal_backend TO the role, or give `--no-swap` and swap when they are gone.',
      waiver: WAIVER,
    },
    'restore-sessions': {
      levels: ['warning', 'note', 'ok'],
      what: 'Who else is connected to the database.',
      why: 'They are ended at the swap, or they and the restore wait for each other.',
      fix: 'Stop what uses the database first, if you can.',
    },
    'restore-partial': {
      levels: ['blocks'],
      what: 'The archive holds some schemas alone.',
      why: 'Swapped in, the database would have nothing else.',
      fix: 'Restore it in place: `--in-place`; or give `--no-swap` and take from it what you need.',
      waiver: WAIVER,
    },
    'restore-new-tables': {
      levels: ['warning'],
      what: 'Tables of the database are not in the archive.',
      why: 'The restored database does not have them, or they stay and the restore fails on what refers to them.',
      fix: 'Save what is in them, if it matters.',
    },
    'restore-replication': {
      levels: ['warning'],
      what: 'There are logical replication slots or subscriptions on this database.',
      why: 'They stay with the old one.',
      fix: 'Make them anew after the swap.',
    },
    'restore-undo': {
      levels: ['warning', 'ok'],
      what: 'Whether the restore can be undone.',
      why: 'In place with several jobs there is no single transaction: stopped half way, the database is half restored.',
      fix: 'One job is all or nothing; beside, the old database is kept.',
    },
    'restore-room': {
      levels: ['note'],
      what: 'The server needs room for a second copy of the database.',
      why: 'How much is free cannot be asked from here.',
      fix: 'Look at the disk.',
    },
    'restore-leftover': {
      levels: ['note'],
      what: 'A restore that was killed left a database.',
      why: 'It is dropped before this one begins.',
      fix: 'Nothing to do.',
    },
    'restore-invalid': {
      levels: ['note'],
      what: 'There are invalid indexes now.',
      why: 'No archive holds such: they are not there after the restore.',
      fix: 'Nothing to do.',
    },
  },
});
