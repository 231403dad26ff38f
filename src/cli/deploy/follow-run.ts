import type { Feed, LiveFeed } from '../../client/index.ts';
import type { ExitStatus } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import type { Terminal } from '../connection/prompt.ts';
import { type Io, say } from '../io.ts';
import type { Ui } from '../options/values.ts';
import { runEnded } from '../output/follow.ts';
import type { Output } from '../output/output.ts';
import { printJson, printPlain } from '../output/plain.ts';
import { askOnInterrupt, orderAbort } from './interrupt.ts';

/**
 * How a client stopped following a run. rollback: it has ended, and is to be rolled back. restore: it was ended, for the
 * database to be restored.
 */
export type Following = 'ended' | 'detached' | 'vanished' | 'rollback' | 'restore';

export interface FollowOptions {
  io: Io;
  out: Output;
  ui: Ui;
  role: 'operator' | 'observer';
  /** Where Ctrl-C can be asked about; null: it is somebody else's concern. */
  terminal: Terminal | null;
  /** Lines and JSON begin behind the event of this seq (default 0: with the first). */
  after?: number;
}

const followOnScreen = async (feed: Feed, { io, role }: FollowOptions): Promise<Following> => {
  // Only here: React and Ink take a while to load, and a log needs neither.
  const { startScreen } = await import('../../ui/start.tsx');
  const { stdin, stdout, env } = io;
  const { how } = await startScreen({ feed, role, stdin, stdout, env });
  if (how === 'rollback') return 'rollback';
  const { state, link } = feed.view();
  if (how === 'restore') {
    await orderAbort(feed, 'the database is to be restored');
    await runEnded(feed);
    return 'restore';
  }
  if (state?.phase === 'finished' || link.status === 'ended') return 'ended';
  if (how !== 'declined' || state?.approvedAt) return 'detached';
  await orderAbort(feed, 'the go was not given');
  await runEnded(feed);
  return 'ended';
};

const followInLines = async (feed: Feed, { out, ui, terminal, after = 0 }: FollowOptions): Promise<Following> => {
  const leaving = new AbortController();
  const endPrinting = ui === 'json' ? printJson(feed, out, after) : printPlain(feed, out, after);
  const ways: Promise<Following>[] = [
    runEnded(feed).then(() => 'ended'),
    // Nobody reads any more: that is a consumer that vanished, not one that said goodbye.
    out.broken.then(() => 'vanished'),
  ];
  if (terminal !== null) ways.push(askOnInterrupt(feed, terminal, leaving.signal).then(() => 'detached'));
  const following = await Promise.race(ways);
  endPrinting();
  leaving.abort();
  await out.flush();
  return following;
};

/** Shows a run until it ends or the client leaves. */
export const followRun = (feed: Feed, options: FollowOptions): Promise<Following> =>
  options.ui === 'tui' ? followOnScreen(feed, options) : followInLines(feed, options);

/**
 * The run's own exit status; 5 when the engine ended without one. A rollback that was not begun leaves the run's as it was, and
 * has one of its own. `record`: where the run says what it did.
 */
export const runStatus = (feed: Feed, record: string, io: Io): ExitStatus => {
  const { state, link } = feed.view();
  if (state?.turnedBack) {
    const { status, reason } = state.turnedBack;
    say(io, `the rollback was not begun: ${plainText(reason)}; run ${state.run} keeps status ${state.outcome?.status}`);
    return status;
  }
  if (state?.outcome) return state.outcome.status;
  say(
    io,
    `${link.why ?? 'the run did not finish'}: what it did is in ${record}; indexdeck resume ${state?.run ?? ''} goes on`,
  );
  return 5;
};

/** Leaves the run in the way that the client stopped following it. */
export const leave = async (client: LiveFeed, following: Following, io: Io, run: string): Promise<void> => {
  if (following === 'vanished') {
    client.vanish();
    const policy = client.view().state?.options.onDisconnect ?? 'pause';
    say(io, `nobody reads the output any more: the run is left to --on-disconnect ${policy}; indexdeck attach ${run}`);
    return;
  }
  await client.goodbye();
  if (following === 'detached') say(io, `detached: the run goes on; indexdeck attach ${run}`);
};
