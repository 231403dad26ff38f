import type { Command } from 'commander';
import { enginePid } from '../../client/index.ts';
import type { RunState } from '../../run/index.ts';
import { resolveConnection } from '../connection/index.ts';
import { approve } from '../deploy/approve.ts';
import { followRun, leave, runStatus } from '../deploy/follow-run.ts';
import { joinRun, type Reached, reachRun, recordOf } from '../elsewhere/reach-run.ts';
import { takeHand } from '../elsewhere/take-hand.ts';
import { engineGone } from '../engine-gone.ts';
import { chooseUi, type Done, type Io, terminalOf } from '../io.ts';
import { uiOption } from '../options/flags.ts';
import { addRunAnywhere, runSelection } from '../options/run-argument.ts';
import type { Ui } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { recordConfig } from '../record/record-config.ts';
import { restoreAfterRun } from '../restore/after-run.ts';
import { bringRun } from '../resume/bring-run.ts';
import { connectionOf } from '../resume/connection.ts';
import { rollBackOnScreen } from '../rollback/roll-back.ts';
import { rollbackable } from '../rollback/rollbackable.ts';

/** Where the run can be taken up after its end, by this machine: its own directory, or what the ledger brings here. */
const takenHere = async (
  reached: Reached,
  state: RunState,
  command: Command,
  io: Io,
): Promise<{ run: string; dir: string; state: RunState; from: 'journal' | 'ledger' }> => {
  const { run } = reached;
  if (reached.kind === 'here') return { run, dir: reached.entry.dir, state, from: 'journal' };
  const selection = { ...runSelection(command), run };
  const wanted = { selection, local: null, ledgerSchema: reached.schema, admit: rollbackable };
  return await bringRun(reached.connection, wanted, io);
};

export const addAttach = (program: Command, io: Io, done: Done): void => {
  const command = addRunAnywhere(
    program.command('attach').description('operator’s screen on a run that goes on, here or elsewhere'),
  )
    .addOption(uiOption())
    .option('--yes', 'take over from another operator without being asked');
  command.action(async () => {
    const { ui: asked, yes = false } = command.opts<{ ui?: Ui; yes?: boolean }>();
    const selection = runSelection(command);
    const reached = await reachRun(selection, io, 'living');
    const ui = chooseUi(asked, io);
    const terminal = ui === 'tui' ? null : terminalOf(io);
    const client = joinRun(reached, 'operator');
    const leaving = new AbortController();
    if (ui !== 'tui' || yes) void takeHand(client, yes, terminal, io);
    if (terminal !== null) void approve(client, { yes: false, confirm: null }, terminal, leaving.signal);
    const options = { io, out: new Output(io.stdout), ui, role: 'operator', terminal } as const;
    const following = await followRun(client, options);
    leaving.abort();
    await leave(client, following, io, reached.run);
    const { state } = client.view();
    const { flags, journal } = selection;
    if (following === 'rollback' && state !== null) {
      const taken = await takenHere(reached, state, command, io);
      const connection =
        reached.kind === 'elsewhere'
          ? reached.connection
          : await resolveConnection(connectionOf(state, flags, io), io.env, null);
      const { run, dir, from } = taken;
      const start = { run, dir, pid: 0, past: taken.state.seq };
      const record = recordConfig({}, io);
      const rollBack = rollBackOnScreen(connection, taken.state.options, record, io, { from });
      return done(await rollBack(start, taken.state));
    }
    if (following === 'restore' && state !== null) {
      const pid = reached.kind === 'here' ? enginePid(reached.entry.dir) : null;
      if (pid !== null) await engineGone(pid);
      return done(await restoreAfterRun(state, { flags, journal, io, out: options.out }));
    }
    if (following === 'ended') return done(runStatus(client, recordOf(reached), io));
    done(0);
  });
};
