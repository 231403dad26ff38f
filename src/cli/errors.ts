import type { ExitStatus } from '../run/index.ts';

/** Ends the program with a status and a sentence on standard error. */
export class CliError extends Error {
  readonly status: ExitStatus;

  constructor(status: ExitStatus, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Bad usage: nothing was sent to the database. */
export class UsageError extends CliError {
  constructor(message: string, options?: ErrorOptions) {
    super(2, message, options);
  }
}
