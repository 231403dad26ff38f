import type { Command } from 'commander';
import type { LiveFeed, Reply, WaitingOrder } from '../../client/index.ts';
import { parseDuration } from '../../run/gates/units.ts';
import { type ExitStatus, type Command as Order, readChange, Unreadable } from '../../run/index.ts';
import { runStatus } from '../deploy/follow-run.ts';
import { orderAbort } from '../deploy/interrupt.ts';
import { joinRun, type Reached, reachRun, recordOf } from '../elsewhere/reach-run.ts';
import { CliError, UsageError } from '../errors.ts';
import { actor } from '../identity.ts';
import { type Done, type Io, say } from '../io.ts';
import { addRunAnywhere, runSelection } from '../options/run-argument.ts';
import { runEnded, untilShown } from '../output/follow.ts';

/** An order that an engine elsewhere has not seen to is taken back: it must not be followed when nobody waits for it. */
const giveUp = async (client: LiveFeed, why: string): Promise<never> => {
  const mine = (client.view().waiting ?? []).filter((order: WaitingOrder) => order.by === actor());
  for (const { id } of mine) await client.withdraw?.(id);
  throw new CliError(5, `${why}. The order was taken back`);
};

/** Sends an order and waits for what comes of it. */
const sent = async (client: LiveFeed, order: Order): Promise<Reply> => {
  const lost = untilShown(client, ({ link, waiting }) => link.status === 'lost' && (waiting?.length ?? 0) > 0);
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
  const reply = client.send(order);
  const first = await Promise.race([reply, interrupted, lost.then(() => 'lost' as const)]);
  if (typeof first === 'object') return first;
  // It may have been answered just now.
  const link = client.view().link;
  if (first === 'lost' && link.status === 'ended') return await reply;
  return await giveUp(client, first === 'lost' ? `nobody follows the order: ${link.why}` : 'interrupted');
};

const followed = async (client: LiveFeed, order: Order, name: string, io: Io): Promise<ExitStatus> => {
  const reply = await sent(client, order);
  if (!reply.ok) throw new UsageError(`${name} was refused: ${reply.why}`);
  say(io, reply.why);
  return 0;
};

type Action = (client: LiveFeed, reached: Reached) => Promise<ExitStatus>;

/** Returns when the run has ended: 0 when that was clean, since that is what was asked for. */
const abort =
  (io: Io): Action =>
  async (client, reached) => {
    if (reached.kind === 'here') await orderAbort(client, 'ordered');
    else await followed(client, { type: 'abort', reason: 'ordered' }, 'abort', io);
    await runEnded(client);
    const status = runStatus(client, recordOf(reached), io);
    const { state } = client.view();
    if (state?.outcome && !state.turnedBack) say(io, state.outcome.reason);
    return status === 4 ? 0 : status;
  };

const act = async (command: Command, io: Io, action: Action, run = runSelection(command)): Promise<ExitStatus> => {
  const reached = await reachRun(run, io, 'living');
  const client = joinRun(reached, 'caller');
  try {
    await untilShown(client, ({ state, link }) => state !== null && link.status === 'connected');
    return await action(client, reached);
  } finally {
    await client.goodbye();
  }
};

const parseFor = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw new UsageError(`--for takes a time, such as 10m, not ${JSON.stringify(text)}`);
  return Math.round(ms);
};

const addPause = (program: Command, io: Io, done: Done): void => {
  const command = addRunAnywhere(program.command('pause').description('begin nothing new; what is being built ends'))
    .option('--for <time>', 'go on by itself after this time, such as 10m', parseFor)
    .option('--reason <text>', 'why, for the record');
  command.action(async () => {
    const { for: forMs, reason } = command.opts<{ for?: number; reason?: string }>();
    const order: Order = {
      type: 'pause',
      ...(reason === undefined ? {} : { reason }),
      ...(forMs === undefined ? {} : { forMs }),
    };
    done(await act(command, io, (client) => followed(client, order, 'pause', io)));
  });
};

/** RUN is left out when the first word is a change already. */
const addSet = (program: Command, io: Io, done: Done): void => {
  const command = addRunAnywhere(
    program
      .command('set')
      .description(
        'change jobs, the delay between builds, or a gate of a run that goes on: jobs=2 delay=30s lock-waiters=1,20,-',
      ),
  ).argument('[changes...]', 'NAME=VALUE, one or several');
  command.action(async () => {
    const [first, ...rest] = command.args;
    const isChange = first?.includes('=') ?? false;
    const changes = isChange ? command.args : rest;
    if (changes.length === 0) throw new UsageError('set needs what is to be changed: NAME=VALUE');
    const run = { ...runSelection(command), run: isChange ? undefined : first };
    const change: Action = async (client) => {
      const { state } = client.view();
      if (state === null) throw new CliError(5, 'nothing is known of the run');
      const orders = changes.map((text) => {
        try {
          return { text, order: readChange(text, state) };
        } catch (error) {
          throw error instanceof Unreadable ? new UsageError(error.message, { cause: error }) : error;
        }
      });
      for (const { text, order } of orders) await followed(client, order, text, io);
      return 0;
    };
    done(await act(command, io, change, run));
  });
};

/** Adds pause, continue, abort and set: an operator's commands without a screen. */
export const addControl = (program: Command, io: Io, done: Done): void => {
  addPause(program, io, done);
  const resume = addRunAnywhere(program.command('continue').description('lift the pause'));
  resume.action(async () => {
    done(await act(resume, io, (client) => followed(client, { type: 'continue' }, 'continue', io)));
  });
  const end = addRunAnywhere(
    program.command('abort').description('cancel what is being built, clean up, and wait for the end'),
  );
  end.action(async () => done(await act(end, io, abort(io))));
  addSet(program, io, done);
};
