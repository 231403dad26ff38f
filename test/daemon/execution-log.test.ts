import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { appendEntry } from '../../src/daemon/execution-log.ts';
import { smallDisk } from '../support/small-disk.ts';

const run = promisify(execFile);
const writer = fileURLToPath(new URL('append-many.ts', import.meta.url));

const log = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'indexdeck-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'EXECUTION_LOG.md');
};

test('what is there stays, a new file has the rights of the operator’s files, and no lock is left', async () => {
  const path = log();
  await appendEntry(path, 'one\n', 0o027);
  await appendEntry(path, 'two\n', 0o077);
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test('two processes that write at the same time leave each entry whole', async () => {
  const path = log();
  writeFileSync(path, '# by hand\n');
  await Promise.all(['anna', 'bert'].map((name) => run(process.execPath, [writer, path, name, '40'])));
  const [first, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(first).toBe('# by hand');
  const entries = new Map<string, number>();
  let open: string | null = null;
  for (const line of lines) {
    const [, mark, name] = /^(begin |end |)(.*)$/.exec(line) ?? [];
    if (mark === 'begin ') {
      expect(open).toBeNull();
      open = name ?? '';
      entries.set(open, 0);
    } else {
      expect(name).toBe(open);
      if (mark === 'end ') open = null;
      else entries.set(name ?? '', (entries.get(name ?? '') ?? 0) + 1);
    }
  }
  expect(open).toBeNull();
  expect(entries.size).toBe(80);
  expect([...new Set(entries.values())]).toEqual([3_000]);
});

test('a lock that a dead writer left holds nobody up', async () => {
  const path = log();
  writeFileSync(`${path}.lock`, '1@elsewhere\n');
  const old = new Date(Date.now() - 60_000);
  utimesSync(`${path}.lock`, old, old);
  await appendEntry(path, 'one\n', 0o022);
  expect(readFileSync(path, 'utf8')).toBe('one\n');
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test('on a full disk the log is as it was, and the error says so', async ({ skip }) => {
  const disk = await smallDisk('256k');
  if (disk === null) return skip('a file system of its own cannot be mounted here');
  const path = join(disk.path, 'log.md');
  await appendEntry(path, 'one\n', 0o022);
  await expect(appendEntry(path, 'x'.repeat(1024 * 1024), 0o022)).rejects.toThrow(/bytes could be written|ENOSPC/);
  expect(readFileSync(path, 'utf8')).toBe('one\n');
});

test('a folder that is not there is an error', async () => {
  await expect(appendEntry(join(log(), 'x', 'log.md'), 'one\n', 0o022)).rejects.toThrow(/ENOENT/);
});
