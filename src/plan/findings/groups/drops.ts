import { group, never, waivable } from '../entry.ts';

/** What is said of indexes that the plan drops, with `--allow-drops`. */
export const DROP_CODES = group({
  title: 'Indexes that the plan drops',
  codes: {
    'planned-drop': {
      levels: ['warning'],
      what: 'The plan drops this index: its OID, state, size, scans and definition are shown, and that very one is dropped.',
      why: 'Queries that use it do without from then on; a unique one rejects no doubles any more.',
      fix: 'Be sure that nothing needs it. Its definition is on record: `indexdeck rollback` builds it again.',
    },
    'drop-absent': {
      levels: ['blocks', 'note'],
      what: 'There is no index of the name that the plan drops; a note where it says IF EXISTS.',
      why: 'It may be gone already, or be called otherwise.',
      fix: 'Correct the name or its schema, write IF EXISTS, or take the statement out.',
      waiver: waivable('The step fails, and `--on-error` says what becomes of the run.'),
    },
    'drop-refused': {
      levels: ['blocks'],
      what: 'The index backs a constraint, belongs to a partitioned table, an extension or a system table, identifies rows for replication, is not ours to drop, or cannot be described.',
      why: 'A plan drops only what stands for itself, and what could be built again.',
      fix: 'Deal with that first, or take the statement out.',
      waiver: never('What could not be built again, or what others rest on, is never dropped.'),
    },
    'drop-no-index': {
      levels: ['blocks'],
      what: 'The name that the plan drops belongs to something else than an index.',
      why: 'DROP INDEX would fail.',
      fix: 'Correct the name.',
      waiver: never('There is nothing that could be dropped.'),
    },
    'drops-its-own': {
      levels: ['blocks'],
      what: 'The plan drops an index after it has built it.',
      why: 'Nothing would be left of that build.',
      fix: 'Take one of the two out. To replace an index, drop it before the new one is created.',
      waiver: never('What would be dropped is not there before the run, so that nobody could be shown it.'),
    },
    'drop-twice': {
      levels: ['blocks', 'note'],
      what: 'The plan drops one index twice; a note where it says IF EXISTS.',
      why: 'The second time there is nothing to drop.',
      fix: 'Take one of them out.',
      waiver: waivable('The second one fails, and `--on-error` says what becomes of the run.'),
    },
    replacement: {
      levels: ['warning', 'note'],
      what: 'The plan drops an index and builds another one of its name; a note with `--safe-replace`.',
      why: 'From the drop to the end of the build there is no such index. With `--safe-replace` the new one is built under a passing name first.',
      fix: 'Give `--safe-replace`.',
    },
    'replaced-in-vain': {
      levels: ['warning'],
      what: 'What the plan drops and builds anew is there already, valid and as planned.',
      why: 'Afterwards it is as before, and meanwhile it is missing.',
      fix: 'Take both statements out, unless it is bloated; then REINDEX INDEX CONCURRENTLY does it without a gap.',
    },
    'resumed-drop': {
      levels: ['note'],
      what: 'An index of the plan was being dropped when the engine was lost.',
      why: 'One that was stopped in the middle is not valid, and serves no query.',
      fix: 'Nothing: it is dropped to its end.',
    },
  },
});
