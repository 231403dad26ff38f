/**
 * A process that outlives its parent by a moment: when standard input closes, because the parent ended it or died, the
 * server in the given folder is stopped and the folder removed. So nothing stays behind even after kill -9.
 * Arguments: the cluster's folder, pg_ctl, and the account's uid and gid if not our own.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const [folder = '', pgCtl = '', uid, gid] = process.argv.slice(2);

async function reap(): Promise<void> {
  const account = uid && gid ? { uid: Number(uid), gid: Number(gid) } : {};
  const data = join(folder, 'data');
  // An initdb cut short may still write for a moment: try until the folder stays away.
  for (let attempt = 0; existsSync(folder) && attempt < 20; attempt++) {
    if (existsSync(join(data, 'postmaster.pid'))) {
      const stop = ['stop', '-D', data, '-m', 'immediate', '-w', '-t', '20'];
      await promisify(execFile)(pgCtl, stop, { ...account, cwd: '/' }).catch(() => undefined);
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => undefined);
  }
  process.exit();
}

// Signals meant for the parent's group or terminal must not end the one that cleans up after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdin.on('end', reap).on('error', reap).resume();
