import type { Command } from 'commander';
import { listRuns, type RunEntry } from '../../client/index.ts';
import { runLine, runWord } from '../choose-run.ts';
import { journalDirectory } from '../identity.ts';
import type { Done, Io } from '../io.ts';
import { uiOption } from '../options/flags.ts';
import type { Ui } from '../options/values.ts';
import { Output } from '../output/output.ts';

const toJson = (entry: RunEntry): object => {
  const { run, dir, state, alive, problem } = entry;
  return {
    run,
    dir,
    state: runWord(entry),
    alive,
    startedAt: state?.startedAt ?? null,
    finishedAt: state?.finishedAt ?? null,
    database: state?.database ?? null,
    outcome: state?.outcome ?? null,
    problem,
  };
};

export const addRuns = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('runs')
    .description('list runs and their states, the newest first')
    .option('--journal <dir>', 'where runs are kept (default: $XDG_STATE_HOME/indexdeck)')
    .addOption(uiOption());
  command.action(async () => {
    const { journal, ui } = command.opts<{ journal?: string; ui?: Ui }>();
    const dir = journalDirectory(journal, io.env);
    const entries = await listRuns(dir);
    const out = new Output(io.stdout);
    for (const entry of entries) {
      out.line(ui === 'json' ? JSON.stringify(toJson(entry)) : runLine(entry));
      if (ui !== 'json' && entry.problem !== null) out.line(`  ${entry.problem}`);
    }
    if (entries.length === 0 && ui !== 'json') out.line(`no runs in ${dir}`);
    await out.flush();
    done(0);
  });
};
