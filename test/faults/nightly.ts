import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from './play.ts';
import { BOUNDARY_STRIDE } from './scenario.ts';
import { runTable, summaryTable } from './table.ts';

/**
 * The long form: INDEXDECK_FAULTS (100) runs with a fault each, and those that have every event's boundary between them.
 * Prints what was injected and what came of it; the status is 0 when every run reached its goal.
 */
const folder = mkdtempSync(join(tmpdir(), 'indexdeck-nightly-'));
const file = join(folder, 'results.jsonl');
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/faults/faults-15', 'test/faults/faults-18'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    INDEXDECK_FAULTS: process.env.INDEXDECK_FAULTS ?? '100',
    INDEXDECK_FAULTS_BOUNDARIES: process.env.INDEXDECK_FAULTS_BOUNDARIES ?? String(BOUNDARY_STRIDE),
    INDEXDECK_FAULTS_RESULTS: file,
  },
});
const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
rmSync(folder, { recursive: true });
const results = lines.map((line) => JSON.parse(line) as Result);
process.stdout.write(`\n${runTable(results)}\n\n${summaryTable(results)}\n`);
process.exitCode = status ?? 1;
