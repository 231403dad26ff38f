import { RunClient } from '../../client/index.ts';
import type { ExitStatus, RunState } from '../../run/index.ts';
import type { Terminal } from '../connection/prompt.ts';
import { engineGone } from '../engine-gone.ts';
import { actor } from '../identity.ts';
import { type Io, say, terminalOf } from '../io.ts';
import type { Ui } from '../options/values.ts';
import { runEnded } from '../output/follow.ts';
import type { Output } from '../output/output.ts';
import { lastWords, notKept } from '../record/last-words.ts';
import { approve, saidInAdvance } from './approve.ts';
import type { Consent } from './consent.ts';
import { type Following, followRun, leave, runStatus } from './follow-run.ts';
import { AbortOnSignal, orderAbort } from './interrupt.ts';
import type { StartedRun } from './start-run.ts';

export interface Deployment {
  /** Starts the run's engine. */
  start(): Promise<StartedRun>;
  ui: Ui;
  environment: string | null;
  consent: Consent;
  io: Io;
  out: Output;
  /** Asks and orders what this run is started for; left out: the go. */
  approve?(client: RunClient, terminal: Terminal | null, signal: AbortSignal): Promise<void>;
  /** The operator's D on the screen of a run that has ended. */
  rollBack(run: StartedRun, state: RunState): Promise<ExitStatus>;
  /** What B hands over to, once the engine is gone; absent: a run without a backup. */
  restore?: (state: RunState) => Promise<ExitStatus>;
  /** The database goes when this program does: the run is never left to itself. */
  temporary: boolean;
}

/**
 * A terminal that goes away takes the program with it, unless something has to be put in order first. The listener
 * stays: Ink has one that ends the process when it finds itself alone.
 */
const hungUp = (): Promise<Following> => new Promise((resolve) => process.on('SIGHUP', () => resolve('vanished')));

/** Ends a run whose database is about to go, and waits for its engine. */
const endWithUs = async (client: RunClient, following: Following, pid: number, io: Io): Promise<void> => {
  if (!['ended', 'rollback', 'restore'].includes(following)) {
    say(io, 'the database goes with this program: aborting the run');
    await orderAbort(client, 'its database is about to go');
    await runEnded(client);
  }
  await client.goodbye();
  await engineGone(pid);
};

/** What the record says of a run that has ended; one that did not begin has nothing to hand over. */
const sayLastWords = async (client: RunClient, { io, out, ui }: Deployment): Promise<void> => {
  const { state, events } = client.view();
  // Lines have said it already.
  if (ui === 'tui') for (const problem of notKept(events)) say(io, problem);
  if (ui === 'json' || !state?.outcome || state.approvedAt === null) return;
  for (const line of lastWords(events, ui)) out.text(line);
  await out.flush();
};

/** Starts an engine, follows its run to the end, and gives the run's exit status. */
export const deployRun = async (deployment: Deployment): Promise<ExitStatus> => {
  const { consent, environment, io, out, temporary, ui } = deployment;
  const terminal = terminalOf(io);
  // Also on a terminal: Ctrl-C while the engine starts must not leave one behind that nobody knows of.
  const signals = new AbortOnSignal(io);
  const leaving = new AbortController();
  try {
    const { run, dir, pid, past } = await deployment.start();
    const client = new RunClient({ dir, role: 'operator', name: actor() });
    signals.attach(client);
    if (terminal !== null) signals.dispose();
    if (ui === 'plain') out.line(`run ${run}, journal in ${dir}`);
    const asked = ui === 'tui' ? null : terminal;
    // The screen asks by itself, unless all was said in advance.
    if (ui !== 'tui' || saidInAdvance(consent, environment)) {
      const say = deployment.approve ?? ((...about) => approve(about[0], consent, about[1], about[2]));
      void say(client, asked, leaving.signal);
    }
    const shown = followRun(client, { io, out, ui, role: 'operator', terminal: asked, after: past });
    const following = await (temporary ? Promise.race([shown, hungUp()]) : shown);
    leaving.abort();
    if (temporary) await endWithUs(client, following, pid, io);
    else await leave(client, following, io, run);
    const { state } = client.view();
    if (following === 'rollback' && state !== null) {
      signals.dispose();
      await engineGone(pid);
      return await deployment.rollBack({ run, dir, pid, past: state.seq }, state);
    }
    if (following === 'restore' && state !== null && deployment.restore !== undefined) {
      await engineGone(pid);
      return await deployment.restore(state);
    }
    if (following === 'ended') await sayLastWords(client, deployment);
    // Left before the end: what was asked is not done yet.
    return following === 'ended' || temporary ? runStatus(client, dir, io) : 5;
  } finally {
    signals.dispose();
  }
};
