import { AdvisedError } from '../advised-error.ts';

/** A backup cannot be begun: nothing was written, nothing was changed. `advice` says what to do. */
export class BackupRefused extends AdvisedError {}

/** What was written does not hold what it should: it has been removed. */
export class BackupUnproven extends Error {
  override readonly name = 'BackupUnproven';
}

/** It was told to stop. `cause` is the signal's reason. */
export class BackupCancelled extends Error {
  override readonly name = 'BackupCancelled';
}

/** The archive is at `path`, whole and proven, but its record could not be written. */
export class BackupUnrecorded extends Error {
  override readonly name = 'BackupUnrecorded';

  constructor(path: string, options: ErrorOptions) {
    super(`${path} is whole and verified, but its record could not be written: name it by its path`, options);
  }
}

/** It failed, and what it had written could not be removed. */
export class BackupLeft extends Error {
  override readonly name = 'BackupLeft';
  readonly path: string;

  constructor(path: string, options: ErrorOptions) {
    super(`${path} is an unfinished backup that could not be removed: remove it`, options);
    this.path = path;
  }
}
