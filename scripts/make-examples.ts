import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Demo, startDemo } from '../src/demo/start.ts';
import { renderHtml } from '../src/report/html/page.ts';
import { logEntry, makeReport } from '../src/report/index.ts';
import { parseJournal } from '../src/run/journal-text.ts';

/**
 * Makes docs/examples: four runs on the demo's database under traffic, with the real program: `npm run build && node
 * scripts/make-examples.ts`. Names of this machine are replaced in the journals; log and page are made from those.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const examples = join(root, 'docs', 'examples');
const work = mkdtempSync(join(tmpdir(), 'indexdeck-examples-'));
const demoPlan = join(root, 'sql', 'demo', 'plan.sql');
const SECTION_OF_ABORT = 4;
const WAITERS = 12;

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

interface Deployment {
  child: ChildProcess;
  journal: string;
  /** Settles with the first line of output like this, or the last one. */
  line(pattern: RegExp): Promise<string>;
  ended: Promise<number>;
}

const program = (args: readonly string[], demo: Demo): ChildProcess =>
  spawn(process.execPath, [join(root, 'bin', 'indexdeck'), ...args], {
    cwd: work,
    env: { ...process.env, DATABASE_URL: demo.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const deploy = (name: string, plan: string, more: readonly string[], demo: Demo): Deployment => {
  const journal = join(work, name);
  const child = program(['deploy', plan, '--yes', '--ui', 'plain', '--journal', journal, ...more], demo);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'exit').then(([status]) => status as number);
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = output.split('\n').find((each) => pattern.test(each));
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`${name} ended without ${pattern}:\n${output}`);
      await delay(20);
    }
  };
  return { child, journal, line, ended };
};

const runOf = (journal: string): string => readdirSync(journal)[0] ?? '';

/** The journal as of a machine that is nobody's. */
const anonymous = (text: string): string =>
  [
    [work, '/home/anna/window'],
    [root.replace(/\/$/, ''), '/srv/menuca'],
    [`${userInfo().username}@${hostname()}`, 'anna@bastion'],
    [`"host":${JSON.stringify(hostname())}`, '"host":"bastion"'],
  ].reduce((all, [from = '', to = '']) => all.replaceAll(from, to), text);

/** Log and page, of a journal that is kept. */
const render = async (name: string): Promise<void> => {
  const folder = join(examples, name);
  const { events } = parseJournal(readFileSync(join(folder, 'journal.jsonl'), 'utf8'));
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) throw new Error(`${name} has no events`);
  writeFileSync(join(folder, 'EXECUTION_LOG.md'), logEntry(report));
  writeFileSync(join(folder, 'report.html'), await renderHtml(report));
};

const keep = async (name: string, { journal, ended }: Deployment, expected: number): Promise<void> => {
  const status = await ended;
  if (status !== expected) throw new Error(`${name} ended with status ${status}, not ${expected}`);
  mkdirSync(join(examples, name), { recursive: true });
  const text = readFileSync(join(journal, runOf(journal), 'journal.jsonl'), 'utf8');
  writeFileSync(join(examples, name, 'journal.jsonl'), anonymous(text));
  await render(name);
  say(`${name}: kept`);
};

/** Takes back what a run created, so that the next one has something to do. */
const takeBack = async ({ journal }: Deployment, demo: Demo): Promise<void> => {
  const back = program(['rollback', '--yes', '--ui', 'plain', '--journal', journal], demo);
  back.stdout?.resume();
  const [status] = await once(back, 'exit');
  if (status !== 0) throw new Error(`the rollback ended with status ${status}`);
};

const clientOf = async (demo: Demo, application_name: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: demo.url, application_name });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

const improved = async (demo: Demo): Promise<void> => {
  const run = deploy('improved', demoPlan, [], demo);
  await keep('improved', run, 0);
  await takeBack(run, demo);
};

/** Programs wait for a lock on a table that the plan has nothing to do with. */
const gatePause = async (demo: Demo): Promise<void> => {
  const till = await clientOf(demo, 'till-import');
  await till.query('CREATE TABLE IF NOT EXISTS public.till (id int)');
  const run = deploy('gate-pause', demoPlan, [], demo);
  await run.line(/section 3 begins/);
  await till.query('BEGIN; LOCK TABLE public.till');
  const waiters = await Promise.all(Array.from({ length: WAITERS }, () => clientOf(demo, 'till')));
  const waiting = waiters.map((client) => client.query('SELECT count(*) FROM public.till'));
  await run.line(/PAUSED \(gate\)/);
  await delay(6_000);
  await till.query('COMMIT');
  await Promise.all(waiting);
  await Promise.all([till, ...waiters].map((client) => client.end()));
  await keep('gate-pause', run, 0);
  await takeBack(run, demo);
};

/** A report that somebody forgot holds up the builds of a section, and the operator ends it. */
const aborted = async (demo: Demo): Promise<void> => {
  const run = deploy('aborted', demoPlan, [], demo);
  await run.line(new RegExp(`section ${SECTION_OF_ABORT - 1} begins`));
  const report = await clientOf(demo, 'sales-report');
  await run.line(new RegExp(`section ${SECTION_OF_ABORT} begins`));
  await report.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM menuca_v3.orders');
  await delay(4_000);
  const abort = program(['abort', '--journal', run.journal], demo);
  abort.stdout?.resume();
  await once(abort, 'exit');
  await report.end();
  await keep('aborted', run, 4);
  await takeBack(run, demo);
};

const notUsed = async (demo: Demo): Promise<void> => {
  const config = join(examples, 'orders.yaml');
  await keep('not-used', deploy('not-used', join(examples, 'orders.sql'), ['--config', config], demo), 1);
};

const RUNS = { improved, 'gate-pause': gatePause, aborted, 'not-used': notUsed };

/** `--render` makes logs and pages anew of the journals that are there; names make these runs, and nothing makes all. */
const wanted = process.argv.slice(2);
if (wanted.includes('--render')) for (const name of Object.keys(RUNS)) await render(name);
else {
  const demo = await startDemo({ onProgress: say });
  try {
    for (const [name, make] of Object.entries(RUNS)) if (wanted.length === 0 || wanted.includes(name)) await make(demo);
  } finally {
    await demo.stop();
    rmSync(work, { recursive: true, force: true });
  }
}
