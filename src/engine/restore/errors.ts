import { AdvisedError } from '../advised-error.ts';

/** A restore cannot be begun: nothing was changed. `advice` says what to do. */
export class RestoreRefused extends AdvisedError {}

/** It was told to stop, and the database in use is as it was. `cause` is the signal's reason. */
export class RestoreCancelled extends Error {
  override readonly name = 'RestoreCancelled';
}

/** It failed, and the database in use is as it was; what was made beside it is gone. */
export class RestoreFailed extends Error {
  override readonly name = 'RestoreFailed';
}

/** It stopped in a state that needs somebody: the message says which, `advice` the command that helps. */
export class RestoreUnfinished extends AdvisedError {}
