import type { Command } from 'commander';
import { type FeedView, isAbandoned } from '../../client/index.ts';
import { clockTime } from '../../run/format.ts';
import { type RunStatus, statusOf } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { reachRun, recordOf, watchRun } from '../elsewhere/reach-run.ts';
import { CliError } from '../errors.ts';
import type { Done, Io } from '../io.ts';
import { addRunAnywhere, runSelection } from '../options/run-argument.ts';
import { untilShown } from '../output/follow.ts';
import { Output } from '../output/output.ts';

/** A status in lines for a person. */
const describe = (status: RunStatus): string[] => {
  const { indexes, database, operator } = status;
  const text = (value: string): string => plainText(value);
  return [
    `run ${status.run} on ${text(database.database)} at ${text(database.host)}: ${status.state}`,
    `  ${text(status.reason)}`,
    ...status.waitsFor.map((each) => `  waits for: ${text(each)}`),
    `  ${indexes.done}/${indexes.total} indexes, ${indexes.building} building, ${indexes.failed} failed, ${indexes.skipped} left out`,
    ...status.working.map(
      ({ index, status: doing, phase, percent }) =>
        `  ${doing} ${text(index)}${phase === null ? '' : `, ${text(phase)}`}${percent === null ? '' : ` ${Math.floor(percent)} %`}`,
    ),
    ...status.failed.map(({ index, error }) => `  failed ${text(index)}: ${text(error ?? 'no reason given')}`),
    ...(status.delayMs > 0 ? [`  delay between builds ${clockTime(status.delayMs)}`] : []),
    ...(operator === null ? [] : [`  operated by ${text(operator.name)} since ${operator.since}`]),
    ...status.watchers.map(({ name, role }) => `  watched by ${text(name)} (role ${text(role)})`),
    ...status.clients.filter(({ role }) => role === 'observer').map(({ name }) => `  watched by ${text(name)}`),
    ...status.leftToDo.map((each) => `  left to do: ${text(each)}`),
    ...status.mayDo.map(({ what, how }) => `  ${what}: ${text(how)}`),
  ];
};

/** The engine takes samples: from the go on. */
const isSampled = ({ state }: FeedView): boolean => state?.approvedAt != null && state.phase !== 'finished';

const SAMPLE_WITHIN_MS = 2_000;

const statusIn = ({ state, sample, link }: FeedView, where: string): RunStatus => {
  if (state === null)
    throw new CliError(5, `nothing is known of the run: ${link.why ?? `its record is empty: ${where}`}`);
  // A ledger whose engine is not to be seen says so by a link that is lost.
  const alive = link.status === 'connected' || (link.status === 'ended' && !isAbandoned({ state, link }));
  return statusOf(state, { sample, alive, now: Date.now() });
};

export const addStatus = (program: Command, io: Io, done: Done): void => {
  const command = addRunAnywhere(
    program.command('status').description('where a run stands, why, what it waits for, and what may be done next'),
  ).option('--json', 'one JSON object');
  command.action(async () => {
    const reached = await reachRun(runSelection(command), io, 'any');
    const { feed, live } = watchRun(reached);
    await untilShown(feed, ({ state }) => state !== null);
    // What it waits for is in the samples, which come once a second; between two runs of them there may be none.
    await untilShown(feed, (view) => view.sample !== null || !isSampled(view), SAMPLE_WITHIN_MS);
    const status = statusIn(feed.view(), recordOf(reached));
    await live?.goodbye();
    const out = new Output(io.stdout);
    if (command.opts<{ json?: boolean }>().json) out.line(JSON.stringify(status));
    else for (const line of describe(status)) out.text(line);
    await out.flush();
    done(0);
  });
};
