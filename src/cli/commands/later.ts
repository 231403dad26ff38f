import type { Command } from 'commander';
import { UsageError } from '../errors.ts';

const LATER = {
  report: 'see the run with "indexdeck watch RUN --ui plain", or its events with --ui json',
} as const;

/** Adds the commands of the contract that this version does not have: each says so, and what to do instead. */
export const addLater = (program: Command): void => {
  for (const [name, instead] of Object.entries(LATER))
    program
      .command(name)
      .description(instead)
      .helpGroup('Not part of this version:')
      .argument('[anything...]')
      .allowUnknownOption()
      .action(() => {
        throw new UsageError(`not part of this version: ${name}; ${instead}`);
      });
};
