/**
 * How good the estimates of preflight are: deploys the demo's plan and compares the size and time (without waits) that were expected of
 * each index with what came, and the time once more as it was refined right before the build. A factor of 1 is exact, 2 is half or
 * twice. `node bench/estimates.ts [scale] [--traffic] [--jobs N] [--runs N] [--keep DIR]`: `--keep` leaves the runs' journals there.
 * `node bench/estimates.ts --of JOURNAL.jsonl...` judges runs that were made before, anywhere: by what their preflight said, and as
 * this version refines it.
 */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RunClient } from '../src/client/index.ts';
import { demoPlan } from '../src/demo/load.ts';
import { startDemo } from '../src/demo/start.ts';
import { launchEngine } from '../src/engine/launch.ts';
import { loadParser, readPlan } from '../src/plan/index.ts';
import {
  evolve,
  initialState,
  type Range,
  type RunEvent,
  type RunState,
  stepEstimate,
  stepName,
  workedMs,
} from '../src/run/index.ts';
import { parseJournal } from '../src/run/journal-text.ts';
import { options } from '../test/support/core.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    traffic: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    runs: { type: 'string', default: '1' },
    keep: { type: 'string' },
    of: { type: 'boolean', default: false },
  },
});
const SCALE = Number(values.of ? 5 : (positionals[0] ?? 5));

interface Compared {
  name: string;
  expected: Range | null;
  actual: number;
}

const factorOf = ({ expected, actual }: Compared): number | null =>
  expected === null
    ? null
    : Math.max(Math.max(1, expected.mid) / Math.max(1, actual), Math.max(1, actual) / Math.max(1, expected.mid));

const say = (text: string) => process.stdout.write(`${text}\n`);

const distribution = (title: string, all: readonly Compared[]): void => {
  const rows = all.flatMap((each) => {
    const factor = factorOf(each);
    return factor === null ? [] : [{ ...each, factor }];
  });
  const sorted = rows.map(({ factor }) => factor).sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(2);
  const inside = rows.filter(
    ({ expected, actual }) => expected !== null && expected.low <= actual && actual <= expected.high,
  );
  const widths = rows
    .flatMap(({ expected }) => (expected === null ? [] : [expected.high / Math.max(1, expected.low)]))
    .sort((a, b) => a - b);
  const width = (share: number) =>
    (widths[Math.min(widths.length - 1, Math.floor(widths.length * share))] ?? Number.NaN).toFixed(1);
  const far = rows.filter(({ factor }) => factor > 3);
  const misses = { below: 0, above: 0 };
  for (const { expected, actual } of rows)
    if (expected !== null && actual < expected.low) misses.below += 1;
    else if (expected !== null && actual > expected.high) misses.above += 1;
  say(
    `${title.padEnd(34)} ${rows.length} of ${all.length}  median ${at(0.5)}  9 of 10 within ${at(0.9)}  worst ${at(1)}  over 3: ${far.length}  in the range: ${inside.length} (${Math.round((100 * inside.length) / Math.max(1, rows.length))} %; ${misses.below} below, ${misses.above} above)  as wide as ${width(0.5)}, 9 of 10 ${width(0.9)}`,
  );
  const [worst] = rows.toSorted((a, b) => b.factor - a.factor);
  if (worst !== undefined)
    say(
      `${' '.repeat(34)} worst: ${worst.name}, expected ${worst.expected?.mid.toFixed(0)}, came ${worst.actual.toFixed(0)}`,
    );
};

const deploy = async (url: URL): Promise<readonly RunEvent[]> => {
  await loadParser();
  const plan = readPlan([{ path: 'plan.sql', bytes: await readFile(demoPlan) }], () => ({ error: 'no includes' }), {
    makeConcurrent: false,
  });
  const parent = await mkdtemp(join(tmpdir(), 'indexdeck-bench-'));
  const run = randomUUID();
  const connection = {
    host: url.hostname,
    port: Number(url.port),
    user: url.username,
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  };
  const dir = join(parent, run);
  const { pid } = await launchEngine({
    run,
    dir,
    version: 'bench',
    connection,
    operator: 'bench',
    options: options({ jobs: Number(values.jobs), baselineMs: 1_000, interactive: false }),
    start: { kind: 'new', plan, sources: [] },
  });
  const client = new RunClient({ dir, role: 'operator', name: 'bench' });
  try {
    let gone = false;
    await new Promise<void>((resolve, reject) => {
      client.subscribe(() => {
        const { state } = client.view();
        if (state?.phase === 'ready' && !gone) {
          gone = true;
          void client.send({ type: 'go', replaceInvalid: [], confirm: connection.database });
        }
        if (state?.phase === 'blocked') reject(new Error('preflight blocks'));
        if (state?.phase === 'finished') resolve();
      });
    });
    if (values.keep !== undefined) {
      await mkdir(values.keep, { recursive: true });
      await copyFile(join(dir, 'journal.jsonl'), join(values.keep, `${run}.jsonl`));
    }
    return client.view().events;
  } catch (error) {
    process.kill(pid, 'SIGTERM');
    throw error;
  } finally {
    await client.goodbye();
    await rm(parent, { recursive: true, force: true });
  }
};

/** What one run expected, and what came. */
interface Judged {
  sampled: number;
  sizes: Compared[];
  times: Compared[];
  refined: Compared[];
}

const judge = (events: readonly RunEvent[]): Judged => {
  const [first, ...rest] = events;
  if (first === undefined) throw new Error('no event');
  let state: RunState = initialState(first);
  const refinedBefore = new Map<number, Range | null>();
  for (const event of rest) {
    if (event.type === 'build.started') refinedBefore.set(event.step, stepEstimate(state, event.step));
    state = evolve(state, event);
  }
  const built = state.steps.filter(({ status }) => status === 'done');
  const expected = (step: number) => state.estimates.find((each) => each.step === step);
  const compared = (of: (step: RunState['steps'][number]) => Omit<Compared, 'name'>) =>
    built.map((step) => ({ name: stepName(step.step), ...of(step) }));
  const worked = (step: RunState['steps'][number]) => workedMs(step, Date.parse(step.finishedAt ?? '')) ?? 0;
  return {
    sampled: state.estimates.filter(({ by }) => by === 'sample').length,
    sizes: compared((step) => ({ expected: expected(step.id)?.bytes ?? null, actual: step.bytes ?? 0 })),
    times: compared((step) => ({ expected: expected(step.id)?.ms ?? null, actual: worked(step) })),
    refined: compared((step) => ({ expected: refinedBefore.get(step.id) ?? null, actual: worked(step) })),
  };
};

const show = (title: string, { sampled, sizes, times, refined }: Judged): void => {
  say(`${title}: ${sizes.length} indexes built, ${sampled} of them tried on a sample before`);
  distribution('size, bytes', sizes);
  distribution('time at preflight, ms', times);
  distribution('time right before the build, ms', refined);
  const total = times.reduce((sum, { actual }) => sum + actual, 0);
  const mid = times.reduce((sum, { expected }) => sum + (expected?.mid ?? 0), 0);
  say(`all builds together: expected ${(mid / 1000).toFixed(1)} s, came ${(total / 1000).toFixed(1)} s`);
};

const onDemo = async (): Promise<Judged> => {
  const demo = await startDemo({ scale: SCALE, traffic: values.traffic });
  try {
    const begun = loadavg()[0] ?? 0;
    const judged = judge(await deploy(new URL(demo.url)));
    say(`load ${begun.toFixed(1)} to ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} processors`);
    return judged;
  } finally {
    await demo.stop();
  }
};

const all: Judged[] = [];
if (values.of) await loadParser();
for (let nth = 0; nth < (values.of ? positionals.length : Number(values.runs)); nth++) {
  const path = positionals[nth] ?? '';
  const judged = values.of ? judge(parseJournal(await readFile(path, 'utf8')).events) : await onDemo();
  all.push(judged);
  show(values.of ? path : `run ${nth + 1}`, judged);
}
if (all.length > 1)
  show(`all ${all.length} runs`, {
    sampled: all.reduce((sum, { sampled }) => sum + sampled, 0),
    sizes: all.flatMap(({ sizes }) => sizes),
    times: all.flatMap(({ times }) => times),
    refined: all.flatMap(({ refined }) => refined),
  });
