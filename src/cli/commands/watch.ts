import type { Command } from 'commander';
import { type Feed, isAbandoned } from '../../client/index.ts';
import { type ExitStatus, STATE_WORDS, type StateWord, stateWord } from '../../run/index.ts';
import { followRun, leave } from '../deploy/follow-run.ts';
import { reachRun, watchRun } from '../elsewhere/reach-run.ts';
import { UsageError } from '../errors.ts';
import { chooseUi, type Done, type Io, say } from '../io.ts';
import { uiOption } from '../options/flags.ts';
import { addRunAnywhere, runSelection } from '../options/run-argument.ts';
import type { Ui } from '../options/values.ts';
import { Output } from '../output/output.ts';

/** Reads the words of --until: states, with commas between. */
const parseUntil = (text: string): StateWord[] =>
  text.split(',').map((part) => {
    const word = STATE_WORDS.find((each) => each === part.trim());
    if (word === undefined)
      throw new UsageError(`--until takes ${STATE_WORDS.join(', ')}, with commas between, not ${JSON.stringify(part)}`);
    return word;
  });

const wordOf = (feed: Feed): StateWord | null => {
  const { state, link } = feed.view();
  return state === null ? null : stateWord(state, !isAbandoned({ state, link }));
};

/** Settles with true once the run is in one of these states, with false when it ended in none. */
const reaches = (feed: Feed, states: readonly StateWord[]): Promise<boolean> =>
  new Promise((resolve) => {
    let end: () => void = () => undefined;
    const look = () => {
      const word = wordOf(feed);
      const is = word !== null && states.includes(word);
      if (!is && feed.view().link.status !== 'ended') return;
      end();
      resolve(is);
    };
    end = feed.subscribe(look);
    look();
  });

export const addWatch = (program: Command, io: Io, done: Done): void => {
  const command = addRunAnywhere(program.command('watch').description('observer’s screen, read-only'))
    .addOption(uiOption())
    .option(
      '--until <states>',
      'stop at one of these states, such as paused,finished; status 5 if it ends in none',
      parseUntil,
    );
  command.action(async () => {
    const { ui: asked, until } = command.opts<{ ui?: Ui; until?: StateWord[] }>();
    const reached = await reachRun(runSelection(command), io, 'any');
    if (until !== undefined && asked === 'tui') throw new UsageError('--until is for --ui plain and json');
    const ui = chooseUi(until === undefined ? asked : (asked ?? 'plain'), io);
    const { feed, live } = watchRun(reached);
    const out = new Output(io.stdout);
    const following = followRun(feed, { io, out, ui, role: 'observer', terminal: null });
    let status: ExitStatus = 0;
    if (until === undefined) await following;
    else {
      const is = await Promise.race([reaches(feed, until), out.broken.then(() => false)]);
      // What has come up to now is printed.
      await out.flush();
      if (!is) {
        say(io, `the run is ${wordOf(feed) ?? 'unknown'}, and will not be ${until.join(' or ')}`);
        status = 5;
      }
    }
    // An observer's going is nobody's concern: it always leaves in good order.
    if (live !== null) await leave(live, 'ended', io, reached.run);
    done(status);
  });
};
