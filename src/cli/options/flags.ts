import { type Command, Option } from 'commander';
import type { Hook } from '../../engine/config.ts';
import type { ConnectionFlags } from '../connection/index.ts';
import type { GivenOptions } from './deploy-options.ts';
import { type GivenGate, isBuiltIn, parseGate } from './gates.ts';
import { collectIgnored } from './ignore.ts';
import {
  DISCONNECT_POLICIES,
  ERROR_POLICIES,
  parseBaseline,
  parseCheckUniqueUpTo,
  parseChoice,
  parseDelay,
  parseGiveUp,
  parseHook,
  parseJobs,
  parseLedgerSchema,
  parseRetries,
  parseSetting,
  parseWebhook,
  UIS,
} from './values.ts';

/** Adds psql's connection flags. */
export const addConnectionFlags = (command: Command): Command =>
  command
    .option('-h, --host <host>', 'server’s host or socket directory')
    .option('-p, --port <port>', 'server’s port')
    .option('-U, --username <name>', 'database user')
    .option('-d, --dbname <name>', 'database, or a postgres:// URI, which overrides the other three');

export const connectionFlags = (command: Command): ConnectionFlags => {
  const { host, port, username, dbname } = command.opts<ConnectionFlags>();
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(username === undefined ? {} : { username }),
    ...(dbname === undefined ? {} : { dbname }),
  };
};

export const uiOption = (): Option =>
  new Option('--ui <ui>', 'tui (full screen), plain (lines) or json (one event a line)').argParser(
    parseChoice('--ui', UIS),
  );

const collect =
  <T>(parse: (text: string) => [string, T]) =>
  (text: string, before: Record<string, T> | undefined): Record<string, T> => {
    const [name, value] = parse(text);
    return { ...before, [name]: value };
  };

/** commander would keep the reason where it keeps the backup. */
class NoBackup extends Option {
  override attributeName(): string {
    return 'noBackup';
  }
}

/** Adds what says how indexes are looked at and built: the options that `check`, `deploy` and `resume` share. */
export const addBuildFlags = (command: Command): Command =>
  command
    .option('--jobs <n>', 'most builds at the same time, on different tables (default: 2)', parseJobs)
    .option('--set <name=value>', 'a server setting for the building sessions (repeatable)', collect(parseSetting))
    .option('--replace-invalid', 'drop and rebuild the invalid leftovers that the findings name')
    .option(
      '--check-unique-up-to <size>',
      'look for duplicates before UNIQUE indexes in tables up to this size, 0: in none (default: 256MB)',
      parseCheckUniqueUpTo,
    )
    .option('--no-unique-examples', 'say how many duplicates there are, and keep none of their values')
    .option('--quick-look', 'neither watch writes for a second nor try indexes on samples of their tables')
    .option('--ignore <code>', 'waive what blocks by this code, where it can be waived (repeatable)', collectIgnored)
    .option('--amcheck', 'go through each B-tree index in the end, with the extension amcheck')
    .option('--environment <name>', 'shown on screen; production asks for the database’s name instead of y')
    .option(
      '--gate <name=warn,pause,abort>',
      'thresholds, also of own gates; a dash leaves one out (repeatable)',
      collect(parseGate),
    )
    .option(
      '--on-error <policy>',
      'pause, skip or abort (default: pause; without a terminal abort)',
      parseChoice('--on-error', ERROR_POLICIES),
    );

const hooks = (text: string, before: Hook[] | undefined): Hook[] => [...(before ?? []), parseHook(text)];

/** Adds what says where the record of a run goes besides its journal and ledger. */
export const addRecordFlags = (command: Command, log: string): Command =>
  command
    .option('--log <file>', `the execution log to append to at the end (default: ${log})`)
    .option('--webhook <url>', 'post the message for the war room (or INDEXDECK_WEBHOOK)', parseWebhook)
    .option('--exec <event=command>', 'run a command at an event, the event as JSON on its input (repeatable)', hooks);
/** What a command that takes a plan says of it. */
export const PLAN_ARGUMENT =
  'the script of CREATE INDEX statements; files, folders, patterns or - (standard input) make one plan';
export const ONLY_INDEXES = 'leave out, and list, what is no work on indexes instead of refusing it';
export const SAFE_REPLACE =
  'with --allow-drops: a DROP before a CREATE of the same name builds under a passing name, drops, then renames';
export const ALLOW_DROPS =
  'DROP INDEX and REINDEX of the plan are steps; definitions are recorded, and rollback builds again what was dropped';

/** Adds what says how a plan is read, looked at and built: the options that `check` and `deploy` share. */
export const addPlanFlags = (command: Command): Command =>
  addBuildFlags(
    command
      .option('--make-concurrent', 'build a plain CREATE INDEX of the plan concurrently')
      .option('--only-indexes', ONLY_INDEXES)
      .option('--allow-drops', ALLOW_DROPS)
      .option('--safe-replace', SAFE_REPLACE),
  )
    .option('--backup <path_or_id>', 'the backup to go back to, proven readable; required in production')
    .addOption(new NoBackup('--no-backup <reason>', 'go without a backup; the reason is recorded').argParser(String))
    .option('--bin-dir <dir>', 'where pg_restore is, which proves the backup (default: the newest version found)')
    .option('--matches <report.json>', 'the staging run’s report that this plan must equal')
    .option('--no-ledger', 'write nothing into the database but the indexes')
    .option('--ledger-schema <name>', 'schema of the ledger in the database (default: indexdeck)', parseLedgerSchema)
    .option('--config <file>', 'options in a YAML file (default: indexdeck.yaml beside the plan)');

/** Adds what a run goes by once it has begun: the options that `deploy` and `resume` share. */
export const addRunFlags = (command: Command): Command =>
  command
    .addOption(uiOption())
    .option('--yes', 'do not ask before building; required without a terminal')
    .option('--confirm <dbname>', 'stands for the typed name in production, without a terminal')
    .option('--retries <n>', 'attempts after a failure for a passing reason (default: 3)', parseRetries)
    .option('--no-auto-continue', 'a pause by a gate waits for an operator too')
    .option(
      '--on-disconnect <policy>',
      'continue, pause or abort when the screen vanishes (default: pause)',
      parseChoice('--on-disconnect', DISCONNECT_POLICIES),
    )
    .option('--give-up <time>', 'a pause that nobody lifts for this long ends the run (default: 30min)', parseGiveUp)
    .option('--delay <time>', 'time between the end of a build and the beginning of the next (default: 0)', parseDelay)
    .option('--baseline <time>', 'measure the usual rollbacks for at least this long (default: 3s)', parseBaseline)
    .option('--journal <dir>', 'where the run’s journal goes (default: $XDG_STATE_HOME/indexdeck)');

const repeated = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];

/** Adds what says which indexes a rollback drops, and how. */
export const addRollbackFlags = (command: Command): Command =>
  addRecordFlags(command, 'as the run had')
    .addOption(uiOption())
    .option('--yes', 'do not ask before dropping; required without a terminal')
    .option('--confirm <dbname>', 'stands for the typed name in production, without a terminal')
    .option('--only <name>', 'only this index (repeatable)', repeated)
    .option('--section <n|title>', 'only the indexes of this section (repeatable)', repeated)
    .option('--table <name>', 'only the indexes of this table (repeatable)', repeated)
    .option('--probe', 'measure the run’s probes once more when all is dropped')
    .option('--jobs <n>', 'most drops at the same time, on different tables (default: as the run had)', parseJobs)
    .option('--environment <name>', 'shown on screen; production needs --confirm where nobody can be asked')
    .option('--gate <name=warn,pause,abort>', 'thresholds; a dash leaves one out (repeatable)', collect(parseGate))
    .option('--no-auto-continue', 'a pause by a gate waits for an operator too')
    .option(
      '--on-disconnect <policy>',
      'continue, pause or abort when the screen vanishes (default: as the run had)',
      parseChoice('--on-disconnect', DISCONNECT_POLICIES),
    )
    .option(
      '--give-up <time>',
      'a pause that nobody lifts for this long ends it (default: as the run had)',
      parseGiveUp,
    )
    .option('--ledger-schema <name>', 'schema of the ledger in the database (default: indexdeck)', parseLedgerSchema)
    .option('--journal <dir>', 'where runs are kept (default: $XDG_STATE_HOME/indexdeck)');

/** Adds the options of a deployment. */
export const addDeployFlags = (command: Command, log = 'EXECUTION_LOG.md'): Command =>
  addRecordFlags(addRunFlags(addPlanFlags(command)), log);

/** What was said on the command line, without commander's own defaults. */
export const givenByFlags = (command: Command): GivenOptions => {
  const said = (name: string) => command.getOptionValueSource(name) === 'cli';
  const given: [keyof GivenOptions, string][] = [
    ['ui', 'ui'],
    ['jobs', 'jobs'],
    ['environment', 'environment'],
    ['backup', 'backup'],
    ['noBackup', 'noBackup'],
    ['binDir', 'binDir'],
    ['onError', 'onError'],
    ['onDisconnect', 'onDisconnect'],
    ['replaceInvalid', 'replaceInvalid'],
    ['makeConcurrent', 'makeConcurrent'],
    ['onlyIndexes', 'onlyIndexes'],
    ['allowDrops', 'allowDrops'],
    ['safeReplace', 'safeReplace'],
    ['retries', 'retries'],
    ['settings', 'set'],
    ['journal', 'journal'],
    ['autoContinue', 'autoContinue'],
    ['giveUpMs', 'giveUp'],
    ['delayMs', 'delay'],
    ['baselineMs', 'baseline'],
    ['ledger', 'ledger'],
    ['ledgerSchema', 'ledgerSchema'],
    ['log', 'log'],
    ['webhook', 'webhook'],
    ['hooks', 'exec'],
    ['matches', 'matches'],
    ['amcheck', 'amcheck'],
    ['checkUniqueUpTo', 'checkUniqueUpTo'],
    ['uniqueExamples', 'uniqueExamples'],
    ['quickLook', 'quickLook'],
    ['ignore', 'ignore'],
  ];
  const values = command.opts<Record<string, unknown>>();
  const options = given.flatMap(([option, flag]) => (said(flag) ? [[option, values[flag]]] : []));
  return { ...Object.fromEntries(options), ...gatesByFlags(values.gate as Record<string, GivenGate> | undefined) };
};

const gatesByFlags = (given: Record<string, GivenGate> | undefined): GivenOptions => {
  if (given === undefined) return {};
  const entries = Object.entries(given);
  return {
    gates: Object.fromEntries(entries.filter(([name]) => isBuiltIn(name))) as NonNullable<GivenOptions['gates']>,
    ownThresholds: Object.fromEntries(entries.filter(([name]) => !isBuiltIn(name))) as Record<string, string>,
  };
};
