import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ConnectionFlags } from '../connection/index.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import { CliError, UsageError } from '../errors.ts';
import { journalDirectory, newRunId } from '../identity.ts';
import { type Done, type Io, terminalOf } from '../io.ts';
import { addConnectionFlags, connectionFlags } from '../options/flags.ts';
import { parseChoice, parseJobs } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { readGoodPlan } from '../read-plan.ts';
import { version } from '../version.ts';

const FORMATS = ['custom', 'directory'] as const;

interface Flags {
  output: string;
  format: (typeof FORMATS)[number];
  jobs?: number;
  schema: string[];
  label?: string;
  plan?: string;
  binDir?: string;
  journal?: string;
  readBack: boolean;
  ui?: 'plain' | 'json';
}

/** The runbook's: production-pre-optimization-20261123-192011, UTC. */
const defaultLabel = (now: Date): string =>
  `production-pre-optimization-${now.toISOString().replace(/[-:]/g, '').slice(0, 15).replace('T', '-')}`;

const parseLabel = (text: string): string => {
  if (!/^[\w.:-]{1,100}$/.test(text))
    throw new UsageError(`--label takes letters, digits and . : _ -, at most 100, not ${JSON.stringify(text)}`);
  return text;
};

const collect = (text: string, before: string[]): string[] => [...before, text];

const archivePath = (output: string): string => {
  const path = resolve(output);
  if (basename(path) === '') throw new UsageError('--output takes the path of a file or directory to be made');
  return path;
};

const connect = async (flags: ConnectionFlags, io: Io) =>
  await resolveConnection(flags, io.env, terminalOf(io)).catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error;
    throw new CliError(3, `${error.message}. Nothing was changed`, { cause: error });
  });

export const addBackup = (program: Command, io: Io, done: Done): void => {
  const command = program.command('backup').description('pg_dump, verified, its ID recorded for deploy --backup');
  addConnectionFlags(command)
    .requiredOption('--output <path>', 'the archive to make; it is PATH.partial until it is proven')
    .addOption(
      new Option('--format <format>', 'custom (one file) or directory (several jobs)')
        .default('custom')
        .argParser(parseChoice('--format', FORMATS)),
    )
    .option('--jobs <n>', 'tables dumped at the same time; takes --format directory (default: 1)', parseJobs)
    .option('--schema <name>', 'back up this schema alone (repeatable)', collect, [])
    .option('--plan <plan.sql>', 'count the rows of this plan’s tables (default: the 200 largest tables)')
    .option('--label <label>', 'default: production-pre-optimization-YYYYMMDD-HHMMSS', parseLabel)
    .option('--bin-dir <dir>', 'where pg_dump and pg_restore are (default: the nearest version that is new enough)')
    .option('--no-read-back', 'do not read the archive back to compare its rows with those counted')
    .option('--journal <dir>', 'where backups are registered (default: $XDG_STATE_HOME/indexdeck)')
    .addOption(
      new Option('--ui <ui>', 'plain or json (one event a line)').argParser(parseChoice('--ui', ['plain', 'json'])),
    );
  command.action(async () => {
    const flags = command.opts<Flags>();
    if (flags.format === 'custom' && (flags.jobs ?? 1) > 1)
      throw new UsageError('several --jobs take --format directory: one file is written by one process');
    const plan =
      flags.plan === undefined ? null : await readGoodPlan([flags.plan], { makeConcurrent: false }, io.stdin);
    const path = archivePath(flags.output);
    const connection = await connect(connectionFlags(command), io);
    const now = new Date();
    // Only here: other commands should answer at once.
    const { backUp } = await import('../backup/back-up.ts');
    done(
      await backUp(
        {
          id: `bk-${newRunId(now)}`,
          label: flags.label ?? defaultLabel(now),
          path,
          format: flags.format,
          jobs: flags.jobs ?? 1,
          schemas: flags.schema,
          plan,
          binDir: flags.binDir ?? null,
          readBack: flags.readBack,
          connection,
          journal: journalDirectory(flags.journal, io.env),
          version: version(),
        },
        { io, out: new Output(io.stdout), json: flags.ui === 'json' },
      ),
    );
  });
};
