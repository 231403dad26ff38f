import { group, never } from '../entry.ts';

/** What the plan's own reading says, without a database (`src/plan/lint.ts`). */
export const PLAN_CODES = group({
  title: 'The plan alone',
  codes: {
    'no-index': {
      levels: ['blocks'],
      what: 'The plan holds no CREATE INDEX.',
      why: 'There is nothing to deploy and nothing to verify; perhaps it is the wrong file.',
      fix: 'Name the script that holds the CREATE INDEX statements.',
      waiver: never('There would be nothing to do.'),
    },
    'not-concurrent': {
      levels: ['blocks'],
      what: 'An index of the plan is built without CONCURRENTLY.',
      why: 'CREATE INDEX takes a SHARE lock on its table: every INSERT, UPDATE and DELETE waits until the index is done.',
      fix: 'Add CONCURRENTLY, or give `--make-concurrent`.',
      waiver: never('Abort, cleaning up and the gates rest on concurrent builds; `--make-concurrent` is the way.'),
    },
    'name-twice': {
      levels: ['blocks', 'warning'],
      what: 'Two different indexes of the plan have one name; a warning where their schemas may differ.',
      why: 'Only the first one would be built: the second finds the name taken.',
      fix: 'Give one of them another name.',
      waiver: never('The second index cannot be built whatever is agreed to.'),
    },
    'index-twice': {
      levels: ['warning'],
      what: 'The same index stands in the plan twice.',
      why: 'The second one finds the first one there and is skipped.',
      fix: 'Take one of them out.',
    },
    'same-index-twice': {
      levels: ['warning'],
      what: 'Two indexes of the plan differ in their name alone.',
      why: 'Both would be built, and every write to the table would pay for both.',
      fix: 'Take one of them out.',
    },
    'prefix-of-another': {
      levels: ['note'],
      what: 'The columns of a plain B-tree index begin those of another one of the plan.',
      why: 'The longer one answers the same queries, and every write to the table would pay for both.',
      fix: 'Take the shorter one out, unless its size matters.',
    },
    'name-too-long': {
      levels: ['warning'],
      what: 'A name is longer than PostgreSQL keeps (63 bytes), and will be cut.',
      why: 'The rest is dropped without an error, so that two names may become one.',
      fix: 'Give it a name that fits.',
    },
    'default-name': {
      levels: ['note'],
      what: 'An index has no name, and gets the one that PostgreSQL would choose.',
      why: 'PostgreSQL adds a number if that name is taken: run twice, the script makes a second index.',
      fix: 'Write the name into the script.',
    },
    'transaction-left-out': {
      levels: ['warning'],
      what: 'BEGIN and COMMIT in the script are left out.',
      why: 'CREATE INDEX CONCURRENTLY cannot run in a transaction block: what stands between them is no longer all or nothing.',
      fix: 'Nothing, unless the statements between them must go together. Take the lines out to be rid of the warning.',
    },
    'select-kept-for-the-end': {
      levels: ['note'],
      what: 'A SELECT or EXPLAIN before an index is kept for the end.',
      why: 'Validations are run after the last section, when all indexes are there.',
      fix: 'Nothing to do.',
    },
    'needs-left-out': {
      levels: ['warning'],
      what: 'An index needs a table that a statement creates which `--only-indexes` leaves out.',
      why: 'What an index needs must be in the database already.',
      fix: 'Run that statement first, or look with `indexdeck check`, which names what is missing.',
    },
    'set-local-outside': {
      levels: ['warning'],
      what: 'SET LOCAL stands outside of BEGIN ... COMMIT.',
      why: 'The server answers with a warning and changes nothing.',
      fix: 'Write SET if the steps after it need the setting.',
    },
    'timeout-kills-builds': {
      levels: ['warning'],
      what: 'The script sets a time limit, such as statement_timeout, that would end builds.',
      why: 'The waits of a concurrent build count in it, and a build that is ended leaves an invalid index.',
      fix: 'Nothing: builders have it off. Take the line out to be rid of the warning.',
    },
    'migration-in-transaction': {
      levels: ['note'],
      what: 'The migration tool whose file this is would run it in a transaction.',
      why: 'indexdeck sends each statement on its own; the file still fails wherever the tool runs it.',
      fix: 'Mark the file as one without a transaction, in the way that the finding says for the tool.',
    },
    'migration-partly': {
      levels: ['warning'],
      what: 'Statements of a migration are left out of the plan (`--only-indexes`), and the migration is to be marked as applied.',
      why: 'Its tool would never run them then.',
      fix: 'Run what is left out before the migration is marked, or put the indexes into a migration of their own.',
    },
    'mark-not-seen': {
      levels: ['note'],
      what: 'A mark in a migration file is plainly meant for its tool, which itself would not see it: its case, a blank before it, or its place is not what the tool looks for.',
      why: 'The plan goes by what is meant; the tool would run the file in another way, or not at all.',
      fix: 'Mend the line if the file is to go through that tool too.',
    },
    'way-back-differs': {
      levels: ['note'],
      what: "A migration's way back is not what a rollback of this plan does.",
      why: 'One of the two would leave or drop other indexes, or stop everybody on the table. The way back is never run here.',
      fix: 'Mend the way back if the tool may have to go it.',
    },
  },
});
