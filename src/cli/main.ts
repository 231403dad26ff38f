import { CommanderError } from 'commander';
import type { ExitStatus } from '../run/index.ts';
import { CliError } from './errors.ts';
import { type Io, say } from './io.ts';
import { buildProgram } from './program.ts';
import { refuseSwallowed } from './swallowed.ts';

const oneLine = (message: string): string => message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');

const statusOf = (error: unknown, io: Io): ExitStatus => {
  if (error instanceof CliError) {
    say(io, error.message);
    return error.status;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // The help itself has been printed when no command was given.
    if (error.code !== 'commander.help') say(io, `${oneLine(error.message)}; see indexdeck --help`);
    return 2;
  }
  // A fault of this program: where it came from is what helps.
  say(io, error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 5;
};

/** Runs the program on this process's arguments and streams, and ends the process with the command's status. */
export const run = async (): Promise<void> => {
  const { stdin, stdout, stderr, env } = process;
  const io: Io = { stdin, stdout, stderr, env };
  // A reader that goes away must not end us in the middle of a run.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  let status: ExitStatus = 0;
  try {
    const program = buildProgram(io, (said) => {
      status = said;
    });
    refuseSwallowed(program, process.argv.slice(2));
    await program.parseAsync(process.argv);
  } catch (error) {
    status = statusOf(error, io);
  }
  const flushed = (stream: NodeJS.WriteStream) =>
    new Promise<void>((resolve) => (stream.writable ? stream.write('', () => resolve()) : resolve()));
  await Promise.all([flushed(stdout), flushed(stderr)]);
  process.exit(status);
};
