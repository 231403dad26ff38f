import { Command } from 'commander';
import { addAttach } from './commands/attach.ts';
import { addBackup } from './commands/backup.ts';
import { addCheck } from './commands/check.ts';
import { addControl } from './commands/control.ts';
import { addDemo } from './commands/demo.ts';
import { addDeploy } from './commands/deploy.ts';
import { addMcp } from './commands/mcp.ts';
import { addPlan } from './commands/plan.ts';
import { addReport } from './commands/report.ts';
import { addRestore } from './commands/restore.ts';
import { addResume } from './commands/resume.ts';
import { addRollback } from './commands/rollback.ts';
import { addRuns } from './commands/runs.ts';
import { addStatus } from './commands/status.ts';
import { addWatch } from './commands/watch.ts';
import type { Done, Io } from './io.ts';
import { version } from './version.ts';

/** The command line: its commands and their options. */
export const buildProgram = (io: Io, done: Done): Command => {
  const program = new Command('indexdeck')
    .description('Deploys a script of CREATE INDEX CONCURRENTLY statements to a live PostgreSQL database.')
    .version(version(), '--version', 'print the version')
    // Long only: -h is the host, as in psql.
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are thrown, and said in one place; only the help goes out from here.
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined,
    })
    .exitOverride();
  const commands = [
    addPlan,
    addCheck,
    addDeploy,
    addResume,
    addStatus,
    addWatch,
    addAttach,
    addControl,
    addRollback,
    addBackup,
    addRestore,
    addReport,
    addRuns,
    addMcp,
    addDemo,
  ];
  for (const add of commands) add(program, io, done);
  return program;
};
