import { z } from 'zod';
import { STATE_WORDS } from '../../run/index.ts';
import { type Ended, runProgram, startProgram } from './run-program.ts';

/** What the tools are given once, when the server starts. */
export interface ToolContext {
  /** The flags that say which database, journal and ledger are meant. */
  where: readonly string[];
  /** Orders are given without a person's word, except in production. */
  allowWrites: boolean;
}

/** What a tool gives: text for the agent; `failed` when it did not do what was asked. */
export interface Answer {
  text: string;
  failed: boolean;
}

export interface Tool {
  name: string;
  description: string;
  input: z.ZodRawShape;
  /** It changes something. */
  writes: boolean;
  run(input: Record<string, unknown>, context: ToolContext): Promise<Answer>;
}

const run = z
  .string()
  .regex(/^[0-9a-z-]+$/)
  .optional()
  .describe('ID of a run or a unique beginning of it; left out: the newest');
const plan = z.string().min(1).describe('path of the SQL script');
const reason = z.string().max(500).optional().describe('why, for the record');

const STATUS: Readonly<Record<number, string>> = {
  0: 'done and verified',
  1: 'the run ended, but an index or a verification failed',
  2: 'bad usage or a bad plan: nothing was sent to the database',
  3: 'preflight blocks: nothing was changed',
  4: 'aborted; nothing half-built was left',
  5: 'stopped with work to clean up: indexdeck resume',
};

const answer = ({ status, stdout, stderr }: Ended, good: readonly (number | null)[] = [0]): Answer => ({
  text: [
    stdout,
    stderr,
    `exit status ${status ?? 'none: it was stopped'}${status === null ? '' : ` (${STATUS[status] ?? 'unknown'})`}`,
  ]
    .filter((part) => part !== '')
    .join('\n'),
  failed: !good.includes(status),
});

const quoted = (arg: string): string => (/^[\w./=:,@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`);

/** What a person says in a terminal, since this server may not say it. */
const wordNeeded = (why: string, args: readonly string[]): Answer => ({
  text: `${why}: nothing was done. The operator says so himself, in a terminal: indexdeck ${args.map(quoted).join(' ')}`,
  failed: true,
});

const NO_WRITES = 'This server was started without --allow-writes';
const PRODUCTION = 'In production only a person may order this';

const named = (value: unknown): string[] => (typeof value === 'string' ? [value] : []);
const option = (name: string, value: unknown): string[] =>
  value === undefined || value === false ? [] : value === true ? [`--${name}`] : [`--${name}=${String(value)}`];

const isProduction = async (id: readonly string[], { where }: ToolContext): Promise<boolean> => {
  const { status, stdout } = await runProgram(['status', ...where, '--json', '--', ...id]);
  // What cannot be known counts as production.
  return status !== 0 || JSON.parse(stdout).environment === 'production';
};

/** An order to a run: given, or left to a person. */
const order =
  (command: string, options: (input: Record<string, unknown>) => string[]) =>
  async (input: Record<string, unknown>, context: ToolContext): Promise<Answer> => {
    const id = named(input.run);
    const args = [command, ...context.where, ...options(input), '--', ...id];
    const spoken = [command, ...id, ...options(input), ...context.where];
    if (!context.allowWrites) return wordNeeded(NO_WRITES, spoken);
    if (await isProduction(id, context)) return wordNeeded(PRODUCTION, spoken);
    return answer(await runProgram(args));
  };

const approvedOrEnded = (line: string): boolean => /"type":"(run\.approved|run\.finished)"/.test(line);

const startRun = async (input: Record<string, unknown>, context: ToolContext): Promise<Answer> => {
  const given = [
    ...option('environment', input.environment),
    ...option('backup', input.backup),
    ...option('no-backup', input.noBackup),
    ...option('jobs', input.jobs),
    ...option('on-error', input.onError),
  ];
  const file = String(input.plan);
  const spoken = ['deploy', file, ...given, ...context.where];
  if (!context.allowWrites) return wordNeeded(NO_WRITES, spoken);
  // Any name may mean it; the one that the program itself asks a name for is this one.
  if (input.environment === 'production') return wordNeeded(PRODUCTION, spoken);
  const args = ['deploy', ...given, ...context.where, '--yes', '--ui=json', '--on-disconnect=continue', '--', file];
  const started = await startProgram(args, approvedOrEnded);
  if ('ended' in started) return answer(started.ended);
  const { run: id, type } = JSON.parse(started.line) as { run: string; type: string };
  return { text: `run ${id}: ${type}. Follow it with status and watch.`, failed: type !== 'run.approved' };
};

/** Everything that the server offers. Those that change something ask for a person's word, as the server was started. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'plan',
    description: 'Read a SQL script of CREATE INDEX statements and print it as a plan; no database is touched.',
    input: { plan },
    writes: false,
    run: async (input) => answer(await runProgram(['plan', '--ui=json', '--', String(input.plan)]), [0, 2]),
  },
  {
    name: 'check',
    description:
      'Read the script, look at the database, change nothing; give the findings. Status 3: something blocks.',
    input: { plan },
    writes: false,
    run: async (input, { where }) =>
      answer(await runProgram(['check', ...withoutRuns(where), '--ui=json', '--', String(input.plan)]), [0, 3]),
  },
  {
    name: 'runs',
    description: 'List the runs of this machine and their states, the newest first, one JSON object a line.',
    input: {},
    writes: false,
    run: async (_input, { where }) => answer(await runProgram(['runs', ...onlyJournal(where), '--ui=json'])),
  },
  {
    name: 'status',
    description:
      'Where a run stands, in one JSON object: state, reason, what it waits for, what may be done next and how.',
    input: { run },
    writes: false,
    run: async (input, { where }) =>
      answer(await runProgram(['status', ...where, '--json', '--', ...named(input.run)])),
  },
  {
    name: 'watch',
    description:
      'Wait until a run is in one of these states, and give its events, one JSON object a line. After the time limit it gives what came so far.',
    input: {
      run,
      until: z.array(z.enum(STATE_WORDS)).min(1).describe('states to wait for, such as paused and finished'),
      seconds: z.number().positive().max(3600).default(60).describe('how long to wait at most'),
    },
    writes: false,
    run: async (input, { where }) => {
      const until = (input.until as string[]).join(',');
      const args = ['watch', ...where, '--ui=json', `--until=${until}`, '--', ...named(input.run)];
      return answer(await runProgram(args, Number(input.seconds ?? 60) * 1000), [0, null]);
    },
  },
  {
    name: 'report',
    description: 'The report of a run, as Markdown or JSON.',
    input: { run, format: z.enum(['md', 'json']).default('md') },
    writes: false,
    run: async (input, { where }) =>
      answer(
        await runProgram(['report', ...where, `--format=${String(input.format ?? 'md')}`, '--', ...named(input.run)]),
      ),
  },
  {
    name: 'start',
    description:
      'Deploy the script: preflight, build, verify. Returns once the go is given or preflight blocks. Never in production: there a person starts it.',
    input: {
      plan,
      environment: z.string().max(100).optional(),
      backup: z.string().max(1000).optional().describe('path or ID of the backup to go back to'),
      noBackup: z.string().max(500).optional().describe('why the run goes without a backup'),
      jobs: z.int().min(1).max(16).optional(),
      onError: z.enum(['skip', 'abort']).optional(),
    },
    writes: true,
    run: startRun,
  },
  {
    name: 'pause',
    description: 'Begin nothing new; what is being built ends.',
    input: { run, reason, for: z.string().max(20).optional().describe('go on by itself after this time, such as 10m') },
    writes: true,
    run: order('pause', (input) => [...option('reason', input.reason), ...option('for', input.for)]),
  },
  { name: 'continue', description: 'Lift the pause.', input: { run }, writes: true, run: order('continue', () => []) },
  {
    name: 'abort',
    description: 'Cancel what is being built, clean up, and wait for the end.',
    input: { run },
    writes: true,
    run: order('abort', () => []),
  },
  {
    name: 'rollback',
    description: 'Drop the indexes that the run created, concurrently. What was there before is never touched.',
    input: { run },
    writes: true,
    run: order('rollback', () => ['--yes', '--ui=plain']),
  },
  {
    name: 'restore',
    description: 'How to restore a backup: always a person’s word, in a terminal. Gives the command.',
    input: { backup: z.string().min(1).max(1000).describe('path or ID of the backup') },
    writes: true,
    run: async (input, { where }) =>
      wordNeeded('A restore always needs a person', [
        'restore',
        `--backup=${String(input.backup)}`,
        ...withoutRuns(where),
      ]),
  },
];

/** `check` and `restore` know of no run: the flags that name the database alone. */
const withoutRuns = (where: readonly string[]): string[] =>
  where.filter((flag) => !/^--(journal|ledger-schema)=/.test(flag));

const onlyJournal = (where: readonly string[]): string[] => where.filter((flag) => flag.startsWith('--journal='));
