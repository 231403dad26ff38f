import { group, never, waivable } from '../entry.ts';

/** What is said of indexes that the plan rebuilds, with `--allow-drops`. */
export const REINDEX_CODES = group({
  title: 'Indexes that the plan rebuilds',
  codes: {
    'planned-reindex': {
      levels: ['note'],
      what: 'The plan rebuilds these indexes, each concurrently and by a statement of its own: their number, size and state are shown.',
      why: 'Old and new stand side by side until each is done, so that it takes as much space again; the server drops the old one.',
      fix: 'Nothing. The name, the definition, the comment and the statistics stay; a rollback leaves rebuilt indexes alone.',
    },
    'reindex-absent': {
      levels: ['blocks'],
      what: 'There is no index, or no table, of the name that the plan rebuilds.',
      why: 'It may be gone already, or be called otherwise.',
      fix: 'Correct the name or its schema, or take the statement out.',
      waiver: waivable('The step fails, and `--on-error` says what becomes of the run.'),
    },
    'reindex-refused': {
      levels: ['blocks'],
      what: 'The index backs an exclusion constraint, or belongs to a system or temporary table, is not ours to rebuild, or cannot be described.',
      why: 'The server does not rebuild it concurrently, or not for us.',
      fix: 'Deal with that first, or take the statement out.',
      waiver: never('The server would refuse it, or it would lock the table.'),
    },
    'reindex-skipped': {
      levels: ['warning'],
      what: 'Some indexes of a table that the plan rebuilds are left as they are: not valid ones, those of exclusion constraints, and those of TOAST tables that we may not name.',
      why: 'REINDEX TABLE CONCURRENTLY leaves the first two alone too; the third takes the right USAGE on the schema pg_toast.',
      fix: 'Rebuild an invalid one by its name; see to an exclusion constraint in a maintenance window.',
    },
    'reindex-nothing': {
      levels: ['note'],
      what: 'There is no index to rebuild on a table that the plan names.',
      why: 'The server would say the same, in a notice.',
      fix: 'Take the statement out.',
    },
    'reindex-no-drop': {
      levels: ['warning'],
      what: 'We may rebuild an index (the right MAINTAIN, from 17 on), and not drop what a failed or cancelled rebuild leaves.',
      why: 'Only the owner may drop an index: what is left would be work for the owner, and the run would end with status 5.',
      fix: 'Connect as the owner of the table, or be granted its role.',
    },
    'reindexes-its-own': {
      levels: ['note'],
      what: 'The plan rebuilds an index that it has built before.',
      why: 'What this run has built is as new: it is rebuilt only if it was there before.',
      fix: 'Take the REINDEX out.',
    },
    'reindexes-dropped': {
      levels: ['blocks'],
      what: 'The plan rebuilds an index that it has dropped before.',
      why: 'There is nothing to rebuild then.',
      fix: 'Take one of the two out.',
      waiver: waivable('The step fails, and `--on-error` says what becomes of the run.'),
    },
    'reindexed-in-vain': {
      levels: ['warning'],
      what: 'The plan rebuilds an index, and drops it after that.',
      why: 'Nothing would be left of the rebuild.',
      fix: 'Take one of the two out.',
    },
    'reindex-twice': {
      levels: ['note'],
      what: 'The plan rebuilds the same index, or table, twice.',
      why: 'The second time it is as new, and left alone.',
      fix: 'Take one of them out.',
    },
    'resumed-reindex': {
      levels: ['note'],
      what: 'An index was being rebuilt when the engine was lost.',
      why: 'By its OID the catalog tells whether the new one has taken the place of the old one.',
      fix: 'Nothing: what is left of it is dropped, and it is gone on with.',
    },
  },
});
