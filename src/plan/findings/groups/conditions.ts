import { group, never, waivable } from '../entry.ts';

const TRIED = 'The build is tried all the same; if it fails, `--on-error` says what becomes of the run.';

/** What preflight says of the state that the plan's tables and the server are in, and of what comes after. */
export const CONDITION_CODES = group({
  title: 'The tables now, what builds get, and the way back',
  codes: {
    'missing-extension': {
      levels: ['blocks'],
      what: 'An operator class, access method, function or type of the plan is of an extension that is not installed in the database.',
      why: 'The build would fail at once.',
      fix: 'CREATE EXTENSION as the finding names it; where the server does not offer it, have its package installed there first.',
      waiver: waivable(TRIED),
    },
    'extension-not-in-path': {
      levels: ['blocks'],
      what: 'The extension that the index needs is installed, in a schema that is not in the search path.',
      why: 'A name without a schema is looked up in the search path only.',
      fix: 'Write the schema before the name, or SET search_path in the plan.',
      waiver: waivable(TRIED),
    },
    'function-not-immutable': {
      levels: ['blocks'],
      what: 'The index uses a function, cast or operator that is STABLE or VOLATILE; the finding names it.',
      why: 'Its answer may be another one in another session or at another time, and the index would be wrong.',
      fix: "For timestamps with time zone say in which zone: `((x AT TIME ZONE 'UTC')::date)`. Otherwise an IMMUTABLE function of your own, or a column that holds the value. Never declare one IMMUTABLE that is not.",
      waiver: waivable(TRIED),
    },
    'unlogged-table': {
      levels: ['note'],
      what: 'A table of the plan is unlogged.',
      why: 'After a crash it is emptied, and its indexes with it: they stay, valid and empty. Neither is on any standby.',
      fix: 'Nothing where that is meant; else ALTER TABLE ... SET LOGGED first, which writes the table anew.',
    },
    'materialised-view': {
      levels: ['note'],
      what: 'The plan has indexes on a materialised view, which is allowed.',
      why: 'Every refresh keeps them up or builds them anew, and none runs beside a build.',
      fix: 'See that no refresh is due in the window.',
    },
    'extension-table': {
      levels: ['warning'],
      what: 'A table of the plan was made by an extension.',
      why: 'pg_dump leaves out indexes that others made on such a table, and an update of the extension may drop them.',
      fix: 'Keep the statement at hand, and repeat it after a restore and after each update of the extension.',
    },
    'never-analyzed': {
      levels: ['warning'],
      what: 'A table of 10,000 rows or more has no statistics of its columns: after a bulk load, a restore or pg_upgrade.',
      why: 'The planner chooses indexes blindly, and sizes are guesses.',
      fix: 'ANALYZE it before the go.',
    },
    'stale-statistics': {
      levels: ['note'],
      what: 'Rows were changed since the last ANALYZE that are half as many as the table has, or more.',
      why: 'Plans and estimates go by how the table was then.',
      fix: 'ANALYZE it before the go.',
    },
    'write-load': {
      levels: ['ok'],
      what: 'How much was written to the plan’s tables between two readings of the counters, a second apart.',
    },
    'heavy-writes': {
      levels: ['warning'],
      what: 'A thousand rows a second or more are written to a table of the plan, or to its partitions together, now or on average.',
      why: 'A build waits for writing transactions three times over and goes through all that was written meanwhile; then each write pays for the index.',
      fix: 'A quiet hour, or one build at a time (`--jobs 1`).',
    },
    'wraparound-vacuum': {
      levels: ['warning'],
      what: 'An autovacuum against wraparound is at work on a table of the plan.',
      why: 'It gives way to nobody: a build there cannot begin before its end.',
      fix: 'Let it finish, and deploy then.',
    },
    'wraparound-due': {
      levels: ['warning'],
      what: 'A table of the plan is older than autovacuum_freeze_max_age, or the limit for multixacts.',
      why: 'Autovacuum may begin the vacuum that gives way to nobody at any moment.',
      fix: 'VACUUM (FREEZE) it first, in a quiet hour.',
    },
    'wraparound-near': {
      levels: ['note'],
      what: 'A table of the plan is within a twentieth of that age.',
      why: 'The vacuum that gives way to nobody may come in the window.',
      fix: 'VACUUM (FREEZE) it first, in a quiet hour.',
    },
    'table-work': {
      levels: ['warning'],
      what: 'Somebody holds or awaits a lock on a table of the plan that excludes concurrent builds: VACUUM, ANALYZE, other DDL, a refresh.',
      why: 'The build waits for its end, and others behind the build.',
      fix: 'Wait until it is done, and see that nothing of the kind is due in the window.',
    },
    'vacuum-held-back': {
      levels: ['note', 'ok'],
      what: 'Replication slots, or standbys with hot_standby_feedback, hold back vacuum.',
      why: 'No build waits for them. But dead rows stay in the tables, and each build reads them twice.',
      fix: 'Look for an old query on the standby, or for a subscriber that lags.',
    },
    'idle-slot': {
      levels: ['warning'],
      what: 'Nobody reads from a replication slot.',
      why: 'It keeps all WAL from where it stands on, that of the builds too, until the disk is full. No build waits for it.',
      fix: 'Start what reads from it, or drop it if nobody needs it any more.',
    },
    'builder-settings': { levels: ['ok'], what: 'What building sessions get, and why.' },
    'builder-memory': {
      levels: ['warning'],
      what: 'All builds together may take more memory than the machine probably has: four times shared_buffers.',
      why: 'A server that runs out of memory takes everybody down with it.',
      fix: 'Less with `--set maintenance_work_mem=...`, or fewer at a time (`--jobs 1`).',
    },
    'few-workers': {
      levels: ['note'],
      what: 'More parallel workers are asked for than max_worker_processes allows.',
      why: 'Builds begin with fewer, and are slower.',
      fix: 'Nothing to do; a change takes a restart of the server.',
    },
    'sorts-on-disk': {
      levels: ['note'],
      what: 'A table is more than 32 times as large as the memory of a build.',
      why: 'Its index is sorted on disk, in temporary files about as large as itself.',
      fix: 'More memory for fewer builds, where the machine has it.',
    },
    'default-tablespace': {
      levels: ['note'],
      what: 'Indexes go to another tablespace than the database’s, by default_tablespace.',
      why: 'The statements do not say so, and how much room there is in it cannot be asked by SQL.',
      fix: "See that there is room, or SET default_tablespace = '' in the plan.",
    },
    'no-tablespace-right': {
      levels: ['blocks'],
      what: 'Our role may not create anything in the tablespace that default_tablespace names.',
      why: 'Each of these builds would fail at once.',
      fix: "GRANT CREATE ON TABLESPACE, or SET default_tablespace = '' in the plan.",
      waiver: never('The server would refuse the statement.'),
    },
    'no-backup': {
      levels: ['note'],
      what: 'The run goes without a backup, and for what reason (`--no-backup`).',
      why: 'When something goes wrong for good, there is nothing to go back to.',
      fix: 'Nothing: the reason is on record.',
    },
    'partial-backup': {
      levels: ['warning'],
      what: 'The backup was limited to some schemas, and the plan works on others too.',
      why: 'What is not in it cannot be brought back.',
      fix: 'Take one of the whole database, or of these schemas too.',
    },
    'newer-backup': {
      levels: ['warning'],
      what: 'The backup is of a newer version of PostgreSQL than this server.',
      why: 'A restore into an older version may fail on what that version does not know.',
      fix: 'Take one of this server.',
    },
    'rollback-rehearsed': {
      levels: ['note', 'ok'],
      what: 'Which indexes a rollback of this run would drop, and which transactions the drops would wait for at this moment.',
      why: 'A concurrent drop waits for every transaction that has used the table, readers too. It is the least: who is there when it comes nobody knows.',
      fix: 'Have old ones ended before the go.',
    },
  },
});
