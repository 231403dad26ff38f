import { dirname } from 'node:path';
import { RunClient } from '../../client/index.ts';
import type { ConnectionConfig, RecordConfig } from '../../engine/config.ts';
import type { ExitStatus, RunOptions, RunState } from '../../run/index.ts';
import type { Consent } from '../deploy/consent.ts';
import { deployRun } from '../deploy/deploy-run.ts';
import { followRun, leave, runStatus } from '../deploy/follow-run.ts';
import { launch, type StartedRun } from '../deploy/start-run.ts';
import { takeHand } from '../elsewhere/take-hand.ts';
import { CliError } from '../errors.ts';
import { actor } from '../identity.ts';
import { type Io, terminalOf } from '../io.ts';
import type { Ui } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { restoreAfterRun } from '../restore/after-run.ts';
import type { TakenUp } from '../resume/take-up.ts';
import { approveRollback } from './approve-rollback.ts';

/** What is to be rolled back, and how it is agreed to. */
export interface WayBack {
  run: string;
  dir: string;
  /** The steps whose indexes are meant; null: all. */
  steps: Set<number> | null;
  consent: Consent;
  /** The run's probes are measured once more when all is dropped. */
  probe: boolean;
  ui: Ui;
  io: Io;
}

/** What the engine of the way back goes by. */
export interface WayBackConfig {
  connection: ConnectionConfig;
  options: RunOptions;
  record: RecordConfig;
}

/** Lines for a person where lines are shown; a consumer of JSON has the survey as an event. */
const printer = (ui: Ui, out: Output, io: Io): ((line: string) => void) => {
  if (ui === 'plain') return (line) => out.text(line);
  const terminal = terminalOf(io);
  return (line) => terminal?.output.write(`${line}\n`);
};

/** Starts an engine on a run that has ended, to roll it back, and follows it to the end. */
export const rollBackEnded = (
  { run, dir, steps, consent, probe, ui, io }: WayBack,
  { state, from }: Pick<TakenUp, 'state' | 'from'>,
  config: WayBackConfig,
  temporary = false,
): Promise<ExitStatus> => {
  const { connection, options, record } = config;
  const start = async (): Promise<StartedRun> => {
    const pid = await launch({ run, dir, ...config, start: { kind: 'rollback', from } });
    return { run, dir, pid, past: state.seq };
  };
  const out = new Output(io.stdout);
  const print = ui === 'tui' ? () => undefined : printer(ui, out, io);
  return deployRun({
    start,
    ui,
    environment: options.environment,
    consent,
    io,
    out,
    temporary,
    rollBack: rollBackOnScreen(connection, options, record, io, { temporary }),
    // A database that goes with this program has no password that could be found again.
    ...(temporary ? {} : { restore: (ended) => restoreAfterRun(ended, { flags: {}, journal: dirname(dir), io, out }) }),
    approve: async (client, terminal, signal) => {
      const no = await approveRollback(client, { steps, consent, probe, print }, terminal, signal);
      if (no !== null) await client.send({ type: 'abort', reason: no });
    },
  });
};

/** What D on the screen of a run that has ended leads to: another engine and another screen, which asks. */
export const rollBackOnScreen =
  (
    connection: ConnectionConfig,
    options: RunOptions,
    record: RecordConfig,
    io: Io,
    { temporary = false, from = 'journal' }: { temporary?: boolean; from?: TakenUp['from'] } = {},
  ) =>
  ({ run, dir }: StartedRun, state: RunState): Promise<ExitStatus> => {
    const consent = { yes: false, confirm: null };
    const way: WayBack = { run, dir, steps: null, consent, probe: false, ui: 'tui', io };
    return rollBackEnded(way, { state, from }, { connection, options, record }, temporary);
  };

/** Rolls back a run that goes on: as one more operator of its engine. */
export const rollBackLiving = async (
  { run, dir, steps, consent, probe, ui, io }: WayBack,
  { seq }: RunState,
): Promise<ExitStatus> => {
  const client = new RunClient({ dir, role: 'operator', name: actor() });
  const leaving = new AbortController();
  const terminal = ui === 'tui' ? null : terminalOf(io);
  const out = new Output(io.stdout);
  const print = printer(ui, out, io);
  let refused: string | null = null;
  const agree = async (): Promise<void> => {
    // On the screen, one who has not got the hand takes it there, and presses D.
    if (!(await takeHand(client, consent.yes, terminal, io))) {
      if (ui !== 'tui') refused = 'another one operates the run';
      if (refused !== null) leaving.abort();
      return;
    }
    const { ok, why } = await client.send({ type: 'survey' });
    refused = ok ? await approveRollback(client, { steps, consent, probe, print }, terminal, leaving.signal) : why;
    if (refused !== null) leaving.abort();
  };
  const gaveUp = new Promise<'refused'>((resolve) =>
    leaving.signal.addEventListener('abort', () => resolve('refused')),
  );
  void agree();
  const following = await Promise.race([
    followRun(client, { io, out, ui, role: 'operator', terminal, after: seq }),
    gaveUp,
  ]);
  if (following === 'refused') {
    await out.flush();
    await client.goodbye();
    throw new CliError(4, `${refused}: the run goes on as it was`);
  }
  leaving.abort();
  await leave(client, following, io, run);
  return following === 'ended' ? runStatus(client, dir, io) : 5;
};
