import type { Command, Option } from 'commander';
import { UsageError } from './errors.ts';

const called = (options: readonly Option[], text: string): Option | undefined =>
  options.find(({ short, long }) => text === short || text === long);

/**
 * Refuses an option that wants a value and is followed by another option: commander would take that for the value, and the
 * other one would silently not be there. `--option=-x` says that -x is the value. `args`: without program and script.
 */
export const refuseSwallowed = (program: Command, args: readonly string[]): void => {
  const command = program.commands.find((each) => args.some((text) => text === each.name()));
  if (command === undefined) return;
  for (const [at, text] of args.entries()) {
    if (text === '--') return;
    const option = called(command.options, text);
    const next = args[at + 1];
    if (option?.required !== true || next === undefined || called(command.options, next) === undefined) continue;
    throw new UsageError(`${text} needs a value, and ${next} is the next option (${text}=${next} would make it one)`);
  }
};
