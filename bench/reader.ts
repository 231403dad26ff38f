/**
 * How long the reader takes for large files of several kinds, and whether its time grows evenly with them.
 * `node bench/reader.ts [megabytes]`
 */
import { loadParser, type PlanOptions, readPlan } from '../src/plan/index.ts';

const MEGABYTES = Number(process.argv[2] ?? 10);
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

await loadParser();
for (const [kind, text] of Object.entries(KINDS)) {
  measure(text(MEGABYTES / 20));
  const part = measure(text(MEGABYTES / 10));
  const whole = measure(text(MEGABYTES));
  process.stdout.write(
    `${kind.padEnd(32)} ${MEGABYTES} MB ${whole.clock.toFixed(2)} s (CPU ${whole.cpu.toFixed(2)} s), ten times the file ${(whole.cpu / part.cpu).toFixed(1)} times the CPU\n`,
  );
}
