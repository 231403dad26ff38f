import type { ExitStatus } from '../run/index.ts';
import type { Terminal } from './connection/prompt.ts';
import { UsageError } from './errors.ts';
import type { Ui } from './options/values.ts';

/** The streams and variables that the program was started with. */
export interface Io {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

/** How a command says its exit status. */
export type Done = (status: ExitStatus) => void;

/**
 * Where a person can be asked; null when nobody is there. Questions go to standard error if they can, so that standard
 * output holds only what was asked for.
 */
export const terminalOf = ({ stdin, stdout, stderr }: Io): Terminal | null => {
  const output = stderr.isTTY ? stderr : stdout;
  return stdin.isTTY && output.isTTY ? { input: stdin, output } : null;
};

/** Whether a full screen can be drawn. */
const canDraw = ({ stdin, stdout, env }: Io): boolean => Boolean(stdin.isTTY && stdout.isTTY) && env.TERM !== 'dumb';

/** What shows a run: as asked for, or what the terminal can do. */
export const chooseUi = (asked: Ui | undefined, io: Io): Ui => {
  if (asked === 'tui' && !canDraw(io)) throw new UsageError('--ui tui needs a terminal: take plain or json');
  return asked ?? (canDraw(io) ? 'tui' : 'plain');
};

/** One line on standard error, in the program's name. */
export const say = (io: Io, text: string): void => {
  io.stderr.write(`indexdeck: ${text}\n`);
};
