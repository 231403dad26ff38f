/**
 * How long `indexdeck plan` takes for large files of several kinds, and how much memory, and whether both grow evenly with them:
 * the reader alone, and with `--command` the whole program as it is built. `node bench/reader.ts [--command] [megabytes] [kind]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadParser, type PlanOptions, readPlan } from '../src/plan/index.ts';

const { values, positionals } = parseArgs({ options: { command: { type: 'boolean' } }, allowPositionals: true });
const MEGABYTES = Number(positionals[0] ?? 10);
const ONLY = positionals[1];
const OPTIONS: PlanOptions = { makeConcurrent: false, onlyIndexes: true };

/** A text of about that many megabytes, made of numbered pieces. */
const filled = (megabytes: number, head: string, piece: (n: number) => string): string => {
  const parts = [head];
  for (let size = 0, n = 0; size < megabytes * 1_000_000; n++) {
    const part = piece(n);
    parts.push(part);
    size += part.length;
  }
  return parts.join('');
};

const index = (n: number): string =>
  `CREATE INDEX CONCURRENTLY idx_${n} ON t_${n % 500} (a_${n}, lower(b)) WHERE c > ${n};\n`;

const KINDS: Readonly<Record<string, (megabytes: number) => string>> = {
  'indexes alone': (size) => filled(size, '', index),
  'indexes under headings': (size) =>
    filled(size, '', (n) => `-- ====\n-- SECTION ${n}: X\n-- note\n-- ====\n${index(n)}`),
  'a dump with one index in fifty': (size) =>
    filled(size, 'SET search_path = public;\n', (n) =>
      n % 50 === 0 ? index(n) : `CREATE TABLE public.t_${n} (id integer NOT NULL, name text DEFAULT 'it''s;');\n`,
    ),
  'rows in INSERTs': (size) =>
    filled(size, index(0), (n) => `INSERT INTO t VALUES (${n}, 'CREATE INDEX i ON t (a);');\n`),
  'rows in one COPY': (size) => filled(size, `${index(0)}COPY t FROM stdin;\n`, (n) => `${n}\tCREATE INDEX;\n`),
  comments: (size) => filled(size, index(0), (n) => `-- ${n} CREATE INDEX no ON t (a);\n`),
  'a migration of goose': (size) => filled(size, '-- +goose Up\n', (n) => `${index(n)}-- +goose StatementEnd\n`),
  'bad statements': (size) => filled(size, '', (n) => `CREATE INDEX i${n} CONCURRENTLY ON t (a || b,);\n`),
  MySQL: (size) => filled(size, '', (n) => `CREATE INDEX \`i${n}\` ON t (a) USING BTREE;\n`),
  'one open string': (size) => `${index(0)}SELECT '${'x '.repeat(size * 500_000)}`,
  'one comment': (size) => `${index(0)}/*${'CREATE INDEX no ON t (a); '.repeat(size * 38_000)}*/`,
  'one statement': (size) => `CREATE INDEX CONCURRENTLY i ON t (${filled(size, '', (n) => `c_${n}, `)}z);`,
  'no semicolon at all': (size) => filled(size, '', (n) => `CREATE INDEX CONCURRENTLY i${n} ON t (a)\n`),
  'deep nesting': (size) => `${index(0)}SELECT ${'('.repeat(size * 500_000)}1${')'.repeat(size * 500_000)};`,
  'CRLF, and three bytes a letter': (size) =>
    filled(size / 2, '', (n) => `CREATE INDEX CONCURRENTLY "索引_${n}" ON "表" ("列_${n}") WHERE "列" = '值';\r\n`),
  'indexes alike': (size) => filled(size, '', (n) => `CREATE INDEX CONCURRENTLY i_${n} ON t (a, b_${n % 900});\n`),
  'one DO block': (size) => `DO $$ BEGIN\n${filled(size, '', index)}END $$;`,
};

/** Seconds on the clock, and of this process's own CPU, which other programs beside it leave alone. */
const measure = (text: string): { clock: number; cpu: number } => {
  const bytes = Buffer.from(text);
  const began = performance.now();
  const before = process.cpuUsage();
  readPlan([{ path: 'plan.sql', bytes }], () => ({ error: 'none' }), OPTIONS);
  const { user, system } = process.cpuUsage(before);
  return { clock: (performance.now() - began) / 1000, cpu: (user + system) / 1_000_000 };
};

/** The program's own account of what it took, given when it ends: one that is waited for is not asked for its memory. */
const ACCOUNT = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));",
)}`;
const PROGRAM = fileURLToPath(new URL('../bin/indexdeck', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'reader-'));

/** The same of the whole command, its start and what it prints among it, with the most memory that it held, in megabytes. */
const measureCommand = (text: string): { clock: number; cpu: number; memory: number } => {
  const path = join(folder, 'plan.sql');
  writeFileSync(path, text);
  const began = performance.now();
  const args = ['--import', ACCOUNT, PROGRAM, 'plan', '--only-indexes', path];
  const { output } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const clock = (performance.now() - began) / 1000;
  const usage = JSON.parse(String(output[3])) as NodeJS.ResourceUsage;
  return { clock, cpu: (usage.userCPUTime + usage.systemCPUTime) / 1_000_000, memory: usage.maxRSS / 1000 };
};

const line = (kind: string, whole: { clock: number; cpu: number }, part: { cpu: number }, more = ''): void => {
  process.stdout.write(
    `${kind.padEnd(32)} ${MEGABYTES} MB ${whole.clock.toFixed(2)} s (CPU ${whole.cpu.toFixed(2)} s), ten times the file ${(whole.cpu / part.cpu).toFixed(1)} times the CPU${more}\n`,
  );
};

await loadParser();
for (const [kind, text] of Object.entries(KINDS)) {
  if (ONLY !== undefined && !kind.includes(ONLY)) continue;
  if (values.command === true) {
    const part = measureCommand(text(MEGABYTES / 10));
    const whole = measureCommand(text(MEGABYTES));
    line(kind, whole, part, `, ${part.memory.toFixed(0)} MB of memory and ${whole.memory.toFixed(0)} MB`);
  } else {
    measure(text(MEGABYTES / 20));
    line(kind, measure(text(MEGABYTES)), measure(text(MEGABYTES / 10)));
  }
}
rmSync(folder, { recursive: true });
