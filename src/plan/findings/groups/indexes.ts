import { group, never, waivable } from '../entry.ts';

/** What preflight says of the plan's tables and indexes in this database. */
export const INDEX_CODES = group({
  title: 'The plan in this database',
  codes: {
    tables: { levels: ['ok'], what: 'The tables of the plan are there.' },
    'no-table': {
      levels: ['blocks'],
      what: 'A table of the plan is not there.',
      why: 'The build would fail at once.',
      fix: 'Correct the name in the plan, or run the migration that makes the table first.',
      waiver: never('The server would refuse the statement.'),
    },
    'not-a-table': {
      levels: ['blocks'],
      what: 'What the plan names as a table is something that no index can be built on.',
      why: 'The build would fail at once.',
      fix: 'Correct the name in the plan.',
      waiver: never('The server would refuse the statement.'),
    },
    'system-table': {
      levels: ['blocks'],
      what: "A table of the plan is one of the server's own.",
      why: 'Indexes on system tables are not for users, and the server refuses them.',
      fix: 'Take it out of the plan.',
      waiver: never('The server would refuse the statement.'),
    },
    'temporary-table': {
      levels: ['blocks'],
      what: 'A table of the plan is a temporary one.',
      why: 'It belongs to one session and is gone with it: nobody else can build on it.',
      fix: 'Take it out of the plan.',
      waiver: never('The server would refuse the statement.'),
    },
    'index-refused': {
      levels: ['blocks'],
      what: 'The server did not take the index on an empty copy of its table.',
      why: 'The build would fail in the same way.',
      fix: 'Correct the statement, or make what it needs first (column, function, extension).',
      waiver: waivable('The build is tried all the same; if it fails, `--on-error` says what becomes of the run.'),
    },
    'index-untried': {
      levels: ['note'],
      what: 'Indexes could not be tried on an empty copy of the table.',
      why: 'What a statement gets wrong shows only at its build.',
      fix: 'Where the plan ran on staging before, nothing. Else take the reason away, such as by GRANT TEMPORARY ON DATABASE.',
    },
    'to-build': { levels: ['ok'], what: 'How many indexes are to be built.' },
    'index-equal': {
      levels: ['note'],
      what: 'An index is there already, valid and as planned.',
      why: 'It is not built again, and does not count as made by this run.',
      fix: 'Nothing to do.',
    },
    'index-different': {
      levels: ['warning'],
      what: 'An index of that name is there already, and differs from the plan.',
      why: 'IF NOT EXISTS would pass over it in silence. Here `--on-error` says what becomes of the run.',
      fix: 'Give the planned index another name, take it out of the plan, or drop the one that is there by hand first.',
    },
    'index-invalid': {
      levels: ['warning'],
      what: 'An invalid index stands where a planned one belongs, and nobody is building it.',
      why: 'No query uses it, and every write may pay for it; if it is unique, it rejects rows.',
      fix: 'Agree to drop and rebuild it, with the go or by `--replace-invalid`.',
    },
    'index-building': {
      levels: ['warning'],
      what: 'A planned index is being built by somebody else right now.',
      why: 'It is not touched while somebody works on it.',
      fix: 'Wait for that build to end.',
    },
    'name-taken': {
      levels: ['warning'],
      what: "A planned index's name belongs to a table, view or sequence.",
      why: 'Tables and indexes share their names: the build would fail.',
      fix: 'Give the planned index another name.',
    },
    'table-building': {
      levels: ['warning'],
      what: 'Somebody else builds an index on a table of the plan.',
      why: 'Two concurrent builds on one table do not queue: they deadlock, and one of them dies almost done.',
      fix: 'Wait for its end before the go.',
    },
    'table-locked': {
      levels: ['warning'],
      what: 'Somebody holds, or waits for, an ACCESS EXCLUSIVE lock on a table of the plan.',
      why: 'Every query on the table waits for it, a build too, and what is there cannot be compared meanwhile.',
      fix: 'Find out what it does, and wait until it is done.',
    },
    'probe-refused': {
      levels: ['warning'],
      what: 'Probes call functions that are declared VOLATILE, and will not be measured.',
      why: 'A function that may do more than read is not run for a measurement, and the probe counts as failed.',
      fix: 'Declare the function STABLE if all it does is read, or take the EXPLAIN out of the plan.',
    },
  },
});
