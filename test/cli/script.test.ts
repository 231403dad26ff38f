import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { readGoodPlan, recordedSources } from '../../src/cli/read-plan.ts';
import { compareScript } from '../../src/cli/resume/script.ts';
import type { RunState } from '../../src/run/index.ts';
import { folder } from './program.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);\n';

function io(): { io: Io; said: string[] } {
  const said: string[] = [];
  const stderr = { write: (text: string) => said.push(text) };
  return { io: { stdin: Readable.from([]), stderr } as unknown as Io, said };
}

/** A run of the plan that the names stand for, as the journal has it. */
async function runOf(names: readonly string[], onlyIndexes: boolean): Promise<RunState> {
  const plan = await readGoodPlan(names, { makeConcurrent: false, onlyIndexes }, Readable.from([Buffer.from(INDEX)]));
  const recorded: unknown = JSON.parse(JSON.stringify({ run: 'r1', plan, sources: recordedSources(names) }));
  return recorded as RunState;
}

test('a folder is compared with what it held then, read in the same way', async () => {
  const root = folder();
  const dir = join(root, 'm');
  mkdirSync(dir);
  writeFileSync(join(dir, '1.sql'), `CREATE TABLE t (a int);\n${INDEX}`);
  const state = await runOf([dir], true);
  const quiet = io();
  await compareScript(state, null, false, quiet.io);
  expect(quiet.said).toEqual([]);
  writeFileSync(join(dir, '2.sql'), INDEX.replace(' i ', ' j '));
  await expect(compareScript(state, null, false, io().io)).rejects.toThrow(
    /the script has changed since run r1[\s\S]*j/,
  );
});

test('a script from standard input is not there any more: what was recorded goes on', async () => {
  const state = await runOf(['-'], false);
  const { io: silent, said } = io();
  await compareScript(state, null, false, silent);
  expect(said.join('')).toContain('going on with the plan as it was recorded');
});
