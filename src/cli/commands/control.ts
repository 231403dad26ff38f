import type { Command } from 'commander';
import { type Feed, RunClient } from '../../client/index.ts';
import type { ExitStatus } from '../../run/index.ts';
import { theRun } from '../choose-run.ts';
import { runStatus } from '../deploy/follow-run.ts';
import { orderAbort } from '../deploy/interrupt.ts';
import { UsageError } from '../errors.ts';
import { actor } from '../identity.ts';
import { type Done, type Io, say } from '../io.ts';
import { addRunArgument, runSelection } from '../options/run-argument.ts';
import { runEnded } from '../output/follow.ts';

const connected = (feed: Feed): Promise<void> =>
  new Promise((resolve) => {
    const end = feed.subscribe(() => {
      if (feed.view().link.status === 'lost') return;
      end();
      resolve();
    });
  });

type Order = (client: RunClient, dir: string, io: Io) => Promise<ExitStatus>;

const simply =
  (type: 'pause' | 'continue'): Order =>
  async (client, _dir, io) => {
    const reply = await client.send({ type });
    if (!reply.ok) throw new UsageError(`${type} was refused: ${reply.why}`);
    say(io, reply.why);
    return 0;
  };

/** Returns when the run has ended: 0 when that was clean, since that is what was asked for. */
const abort: Order = async (client, dir, io) => {
  await orderAbort(client, 'ordered');
  await runEnded(client);
  const status = runStatus(client, dir, io);
  const { state } = client.view();
  if (state?.outcome && !state.turnedBack) say(io, state.outcome.reason);
  return status === 4 ? 0 : status;
};

const add = (program: Command, io: Io, done: Done, name: string, description: string, order: Order): void => {
  const command = addRunArgument(program.command(name).description(description));
  command.action(async () => {
    const { dir } = await theRun(runSelection(command), io, 'living');
    const client = new RunClient({ dir, role: 'caller', name: actor() });
    try {
      await connected(client);
      done(await order(client, dir, io));
    } finally {
      await client.goodbye();
    }
  });
};

/** Adds pause, continue and abort: an operator's commands without a screen. */
export const addControl = (program: Command, io: Io, done: Done): void => {
  add(program, io, done, 'pause', 'begin nothing new; what is being built ends', simply('pause'));
  add(program, io, done, 'continue', 'lift the pause', simply('continue'));
  add(program, io, done, 'abort', 'cancel what is being built, clean up, and wait for the end', abort);
};
