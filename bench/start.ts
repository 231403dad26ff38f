/**
 * What a start of the built program costs in CPU, against Node's own; and PostgreSQL's parser compiled once, as the program
 * has it, against what V8 does by itself, in CPU and in memory. The least of some rounds. `npm run build && node bench/start.ts [rounds]`
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROUNDS = Number(process.argv[2] ?? 9);

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const SAY = 'process.on("exit", () => console.error("\\n" + JSON.stringify(process.resourceUsage())))';
const PLAN = at('sql/demo/plan.sql');

interface Cost {
  cpuMs: number;
  megabytes: number;
}

const costOf = (args: readonly string[]): Cost => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', `data:text/javascript,${SAY}`, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, megabytes: maxRSS / 1024 };
};

const least = (args: readonly string[]): Cost => {
  const costs = Array.from({ length: ROUNDS }, () => costOf(args));
  return {
    cpuMs: Math.min(...costs.map(({ cpuMs }) => cpuMs)),
    megabytes: Math.min(...costs.map(({ megabytes }) => megabytes)),
  };
};

/** Statements such as a plan's, parsed one by one; `first` is run before the parser is loaded. */
const parsing = (first: string): string => `${first}
  const { loadModule, parseSync } = await import('libpg-query');
  await loadModule();
  for (let n = 0; n < 3000; n++) parseSync('CREATE INDEX CONCURRENTLY i' + n + ' ON s.t (a, lower(b)) INCLUDE (c) WHERE d > ' + n);`;

const script = (text: string): string[] => ['--input-type=module', '--eval', text];

const print = (what: string, cost: Cost, than: Cost): void => {
  const [cpu, memory] = [cost.cpuMs / than.cpuMs, cost.megabytes / than.megabytes].map((ratio) => ratio.toFixed(2));
  process.stdout.write(
    `${what.padEnd(40)} CPU ${cost.cpuMs.toFixed(0)} ms (${cpu} times), memory ${cost.megabytes.toFixed(0)} MB (${memory} times)\n`,
  );
};

const node = least(script(''));
print('Node alone', node, node);
print('--help', least([at('bin/indexdeck'), '--help']), node);
print('plan of the demo', least([at('bin/indexdeck'), 'plan', PLAN]), node);
const optimised = least(script(parsing('')));
print('3000 statements, as V8 does by itself', optimised, optimised);
print(
  '3000 statements, compiled once',
  least(script(parsing(`await import(${JSON.stringify(at('src/plan/wasm-flags.ts'))});`))),
  optimised,
);
