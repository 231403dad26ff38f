import type { Command } from 'commander';
import { enginePid, RunClient } from '../../client/index.ts';
import { theRun } from '../choose-run.ts';
import { resolveConnection } from '../connection/index.ts';
import { approve } from '../deploy/approve.ts';
import { engineGone } from '../deploy/deploy-run.ts';
import { followRun, leave, runStatus } from '../deploy/follow-run.ts';
import { actor } from '../identity.ts';
import { chooseUi, type Done, type Io, terminalOf } from '../io.ts';
import { uiOption } from '../options/flags.ts';
import { addRunArgument, runSelection } from '../options/run-argument.ts';
import type { Ui } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { recordConfig } from '../record/record-config.ts';
import { restoreAfterRun } from '../restore/after-run.ts';
import { connectionOf } from '../resume/connection.ts';
import { rollBackOnScreen } from '../rollback/roll-back.ts';

export const addAttach = (program: Command, io: Io, done: Done): void => {
  const command = addRunArgument(
    program.command('attach').description('operator’s screen on a run that goes on elsewhere'),
  ).addOption(uiOption());
  command.action(async () => {
    const { run, dir } = await theRun(runSelection(command), io, 'living');
    const ui = chooseUi(command.opts<{ ui?: Ui }>().ui, io);
    const terminal = ui === 'tui' ? null : terminalOf(io);
    const client = new RunClient({ dir, role: 'operator', name: actor() });
    const leaving = new AbortController();
    if (terminal !== null) void approve(client, { yes: false, confirm: null }, terminal, leaving.signal);
    const options = { io, out: new Output(io.stdout), ui, role: 'operator', terminal } as const;
    const following = await followRun(client, options);
    leaving.abort();
    await leave(client, following, io, run);
    const { state } = client.view();
    const { flags, journal } = runSelection(command);
    if (following === 'rollback' && state !== null) {
      const connection = await resolveConnection(connectionOf(state, flags, io), io.env, null);
      const record = recordConfig({}, io);
      const rollBack = rollBackOnScreen(connection, state.options, record, io);
      return done(await rollBack({ run, dir, pid: 0, past: state.seq }, state));
    }
    if (following === 'restore' && state !== null) {
      const pid = enginePid(dir);
      if (pid !== null) await engineGone(pid);
      return done(await restoreAfterRun(state, { flags, journal, io, out: options.out }));
    }
    done(following === 'ended' ? runStatus(client, dir, io) : 0);
  });
};
