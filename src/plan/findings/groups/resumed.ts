import { group } from '../entry.ts';

/** What preflight says of a run that is taken up again. */
export const RESUMED_CODES = group({
  title: 'A run that is taken up again',
  codes: {
    'resumed-built': { levels: ['ok'], what: 'Indexes that the run built before are there and valid.' },
    'resumed-building': {
      levels: ['note'],
      what: 'A backend of this run still builds, though its engine is gone.',
      why: 'The server builds on when a client is lost.',
      fix: 'It will be waited for. To end it and build anew: X on it after the go, or `--end-orphans`.',
    },
    'resumed-foreign-build': {
      levels: ['warning'],
      what: 'An index that this run had begun is now being built by somebody else.',
      why: "This run's own build is over.",
      fix: 'It is not touched. Wait for its end.',
    },
    'resumed-finished': {
      levels: ['note'],
      what: 'A build was finished after its engine was lost.',
      why: 'The index was not there before this run began to build it, and is valid and as planned.',
      fix: 'Nothing to do: it counts as built by this run.',
    },
    'resumed-invalid': {
      levels: ['note'],
      what: "An index is not valid: this run's build of it did not end.",
      why: 'No query uses it, and every write may pay for it.',
      fix: 'Nothing to do: it will be dropped concurrently and built anew.',
    },
    'resumed-absent': {
      levels: ['note'],
      what: "This run's build of an index left nothing.",
      why: 'It did not get as far as the catalog.',
      fix: 'Nothing to do: it will be built anew.',
    },
    'resumed-leftover': {
      levels: ['note'],
      what: 'An invalid index was about to be dropped when the run stopped.',
      why: 'The operator had agreed to it, or a failed build of this run left it.',
      fix: 'Nothing to do: it will be dropped concurrently if it still stands.',
    },
    'resumed-gone': {
      levels: ['warning'],
      what: 'An index that this run built is not there any more.',
      why: 'Somebody dropped it since, or the server lost it in a failover.',
      fix: 'It will be built anew. If it was dropped on purpose, skip it.',
    },
    'resumed-lost': {
      levels: ['warning'],
      what: 'An index that this run built is not valid any more.',
      why: 'The server lost the end of its build, as in a crash or a failover.',
      fix: 'Nothing to do: it will be dropped concurrently and built anew.',
    },
    'resumed-changed': {
      levels: ['warning'],
      what: 'Something else stands where this run built an index.',
      why: 'It is not what this run made: it is not touched, and verification will say so.',
      fix: 'Find out who replaced it, and why.',
    },
  },
});
