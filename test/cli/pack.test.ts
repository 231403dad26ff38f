import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../support/database.ts';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));

test('the packed program works when it is installed elsewhere: the parser, the SQL files, the engine', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'indexdeck-pack-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
  // Built already, and built anew it would be missing for a moment under the tests beside this one.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', elsewhere], {
    cwd: checkout,
  });
  const [packed] = Object.values(JSON.parse(stdout)) as { filename: string }[];
  writeFileSync(join(elsewhere, 'package.json'), '{"private": true}');
  await run(
    'npm',
    ['install', '--omit=optional', '--no-audit', '--no-fund', '--prefer-offline', `./${packed?.filename}`],
    {
      cwd: elsewhere,
    },
  );
  const program = join(elsewhere, 'node_modules', '.bin', 'indexdeck');
  const plan = join(elsewhere, 'plan.sql');
  writeFileSync(plan, '-- SECTION 1: DISHES\nCREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);\n');
  const read = await run(program, ['plan', plan, '--ui', 'json']);
  expect(JSON.parse(read.stdout).sections[0].steps[0]).toMatchObject({ name: 'idx_dishes_name', kind: 'create-index' });

  const database = await createDatabase(18);
  await database.sql('CREATE TABLE dishes (id int, name text)');
  const journal = join(elsewhere, 'journal');
  const args = ['deploy', plan, '-d', database.connectionString, '--yes', '--journal', journal];
  const deployed = await run(program, args, { cwd: elsewhere });
  expect(deployed.stdout).toMatch(/run finished with status 0/);
  expect(await database.sql("SELECT to_regclass('idx_dishes_name')::text AS name")).toEqual([
    { name: 'idx_dishes_name' },
  ]);
  expect(readFileSync(join(elsewhere, 'EXECUTION_LOG.md'), 'utf8')).toMatch(/^STATUS: COMPLETE$/m);
  const page = await run(program, ['report', '--format', 'html', '--journal', journal]);
  expect(page.stdout).toMatch(/^<!doctype html>/);
}, 120_000);
