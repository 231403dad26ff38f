import type { Command } from 'commander';
import { JournalFeed, RunClient } from '../../client/index.ts';
import { theRun } from '../choose-run.ts';
import { followRun, leave } from '../deploy/follow-run.ts';
import { actor } from '../identity.ts';
import { chooseUi, type Done, type Io } from '../io.ts';
import { uiOption } from '../options/flags.ts';
import { addRunArgument, runSelection } from '../options/run-argument.ts';
import type { Ui } from '../options/values.ts';
import { Output } from '../output/output.ts';

export const addWatch = (program: Command, io: Io, done: Done): void => {
  const command = addRunArgument(program.command('watch').description('observer’s screen, read-only')).addOption(
    uiOption(),
  );
  command.action(async () => {
    const { run, dir, alive } = await theRun(runSelection(command), io, 'any');
    const ui = chooseUi(command.opts<{ ui?: Ui }>().ui, io);
    const options = { io, out: new Output(io.stdout), ui, role: 'observer', terminal: null } as const;
    if (alive) {
      const client = new RunClient({ dir, role: 'observer', name: actor() });
      await followRun(client, options);
      // An observer's going is nobody's concern: it always leaves in good order.
      await leave(client, 'ended', io, run);
    } else await followRun(new JournalFeed(dir), options);
    done(0);
  });
};
