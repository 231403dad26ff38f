import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { enginePid, processExists } from '../../src/client/engine-alive.ts';
import { createCluster } from '../../src/demo/cluster.ts';
import { loadDemo } from '../../src/demo/load.ts';
import { poll } from '../support/poll.ts';

/**
 * Records a kill -9 and a resume, as docs/kill-and-resume.md has it: `npm run build && node test/faults/record.ts`. A real
 * server, the real program, the demo's plan. A transaction is held open so that builds are in their last wait when
 * the engine dies, and is ended while nobody is there.
 */
const SHOWN_LINES = 9;
const root = fileURLToPath(new URL('../..', import.meta.url));
/** As the run records who ordered it. */
const me = `${userInfo().username}@${hostname()}`;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** The first and the last lines; how many are left out between them. */
const shortened = (lines: readonly string[], first: number): string[] => {
  const left = lines.length - first - SHOWN_LINES;
  if (left <= 1) return [...lines];
  return [...lines.slice(0, first), `[... ${left} lines ...]`, ...lines.slice(-SHOWN_LINES)];
};

const cluster = await createCluster({ password: 'recorded' });
const journal = mkdtempSync(join(tmpdir(), 'indexdeck-record-'));
const LOG = `${journal}.md`;
try {
  const admin = new pg.Client({ connectionString: cluster.url('postgres') });
  await admin.connect();
  await admin.query('CREATE DATABASE menuca');
  await admin.end();
  await loadDemo(cluster.url('menuca'), { scale: 1 });
  const env = {
    ...process.env,
    PGHOST: cluster.host,
    PGPORT: String(cluster.port),
    PGUSER: cluster.user,
    PGPASSWORD: cluster.password,
    PGDATABASE: 'menuca',
    TZ: 'UTC',
    COLUMNS: '110',
  };
  const program = (args: string[]) => {
    const child = spawn(process.execPath, ['bin/indexdeck', ...args, '--journal', journal], { cwd: root, env });
    const output: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => output.push(data));
    child.stderr.on('data', (data: Buffer) => output.push(data));
    const lines = () =>
      Buffer.concat(output).toString().replaceAll(journal, 'JOURNAL').replaceAll(me, 'me@host').trimEnd().split('\n');
    const ended = once(child, 'exit').then(([status]) => status as number);
    return { lines, ended };
  };
  const other = new pg.Client({ connectionString: cluster.url('menuca'), application_name: 'sales-report' });
  // What failed says so itself; the server goes before its clients then.
  other.on('error', () => undefined);
  await other.connect();
  const observer = new pg.Client({ connectionString: cluster.url('menuca') });
  observer.on('error', () => undefined);
  await observer.connect();
  const invalid = async () =>
    (
      await observer.query<{ line: string }>(
        `SELECT format('%s, valid: %s', indexrelid::regclass, indisvalid) AS line
         FROM pg_index WHERE indexrelid::regclass::text LIKE '%idx\\_%' AND NOT indisvalid ORDER BY 1`,
      )
    ).rows.map(({ line }) => line);

  say('$ indexdeck deploy sql/demo/plan.sql --ui plain --yes --journal JOURNAL');
  const deploy = program(['deploy', 'sql/demo/plan.sql', '--ui', 'plain', '--yes', '--log', LOG]);
  await poll(() => deploy.lines().filter((line) => line.includes('built in')).length > 8, 60_000);
  await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await other.query('SELECT 1');
  await poll(async () => {
    const { rows } = await observer.query(
      "SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for old%'",
    );
    return rows.length > 0;
  }, 30_000);
  const [run = ''] = readdirSync(journal);
  const pid = readFileSync(join(journal, run, 'engine.pid'), 'utf8').trim();
  process.kill(Number(pid), 'SIGKILL');
  const status = await deploy.ended;
  for (const line of shortened(deploy.lines(), 4)) say(line);
  say(`$ echo $?\n${status}`);
  say(`\n# Meanwhile, in another shell, that was: kill -9 $(cat JOURNAL/${run}/engine.pid)`);
  say("# What it was building goes on in the server, in its last wait: somebody's report is still in its transaction.");
  say("$ psql -Atc 'SELECT ... FROM pg_index WHERE NOT indisvalid'");
  for (const line of await invalid()) say(line);
  say('# The report ends, and with it that wait.');
  await other.query('COMMIT');
  await other.end();

  say('\n$ indexdeck resume --ui plain --yes --journal JOURNAL');
  const resume = program(['resume', '--ui', 'plain', '--yes']);
  const resumed = await resume.ended;
  for (const line of shortened(resume.lines(), 24)) say(line);
  say(`$ echo $?\n${resumed}`);
  say(
    "$ psql -Atc 'SELECT count(*) FILTER (WHERE indisvalid), count(*) FILTER (WHERE NOT indisvalid) FROM pg_index ...'",
  );
  const { rows } = await observer.query<{ counts: string }>(
    `SELECT count(*) FILTER (WHERE indisvalid) || '|' || count(*) FILTER (WHERE NOT indisvalid) AS counts
     FROM pg_index WHERE indexrelid::regclass::text LIKE 'menuca_v3.idx\\_%'`,
  );
  await observer.end();
  say(rows[0]?.counts ?? '');
  say(`\n# ${execFileSync(process.execPath, ['--version']).toString().trim()}, PostgreSQL 18, all on one machine.`);
} finally {
  // The engine of a recording that failed.
  for (const run of readdirSync(journal)) {
    const pid = enginePid(join(journal, run));
    if (pid !== null && processExists(pid)) process.kill(pid, 'SIGKILL');
  }
  await cluster.destroy();
  for (const path of [journal, LOG]) rmSync(path, { recursive: true, force: true });
}
