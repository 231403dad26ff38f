import { AdvisedError } from '../advised-error.ts';
import type { Installation, ToolName } from './types.ts';

/** Something about PostgreSQL's client programs went wrong; the message says what, `advice` what to do. */
export class ToolError extends AdvisedError {
  readonly tool: ToolName;

  constructor(tool: ToolName, message: string, advice: string, options?: ErrorOptions) {
    super(message, advice, options);
    this.tool = tool;
  }
}

/** No installation has the program. */
export class ToolMissing extends ToolError {
  constructor(tool: ToolName, looked: readonly string[], options?: ErrorOptions) {
    const where = looked.length === 0 ? 'no folder' : looked.join(', ');
    super(
      tool,
      `${tool} was not found; looked in ${where}`,
      'Install PostgreSQL’s client programs (postgresql-client), or name their folder with --bin-dir DIR.',
      options,
    );
  }
}

/** Programs are there, but all are older than what they would have to read. */
export class ToolTooOld extends ToolError {
  readonly found: readonly Installation[];
  readonly neededMajor: number;

  constructor(tool: ToolName, need: { major: number; what: string }, found: readonly Installation[]) {
    const versions = found.map(({ version, dir }) => `${version} in ${dir}`).join(', ');
    super(
      tool,
      `${need.what}, and ${tool} here is older: ${versions}`,
      `Install the client programs of version ${need.major} (postgresql-client-${need.major}), or name their folder with --bin-dir DIR.`,
    );
    this.found = found;
    this.neededMajor = need.major;
  }
}

/** The program ran and failed, or could not be started. */
export class ToolFailed extends ToolError {
  /** Null when a signal ended it, or it was never started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it said last on standard error, errors and their details first of all. */
  readonly said: readonly string[];

  constructor(
    tool: ToolName,
    end: { exitCode: number | null; signal: string | null; said: readonly string[] },
    options?: ErrorOptions,
  ) {
    const how =
      end.signal !== null ? `was ended by ${end.signal}` : `failed${end.exitCode === null ? '' : ` (${end.exitCode})`}`;
    super(tool, [`${tool} ${how}`, ...end.said].join(': '), 'Mend what it names, and try again.', options);
    this.exitCode = end.exitCode;
    this.signal = end.signal;
    this.said = end.said;
  }
}

/** It was ended because we were told to stop; `cause` is the signal's reason. */
export class ToolCancelled extends ToolError {
  constructor(tool: ToolName, options?: ErrorOptions) {
    super(tool, `${tool} was cancelled`, '', options);
  }
}
