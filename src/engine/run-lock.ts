import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { SOCKET_FILE } from './control.ts';

export const PID_FILE = 'engine.pid';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const formerPid = (dir: string): number | null => {
  try {
    const pid = Number.parseInt(readFileSync(join(dir, PID_FILE), 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 && pid !== process.pid ? pid : null;
  } catch {
    return null;
  }
};

const bind = (name: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(name, () => resolve(server.unref()));
  });

/**
 * Makes this process the only engine of the run's directory, for as long as it lives, and clears away the socket of one
 * that was killed. Fails when another is at work there. On Linux a name in the abstract socket namespace is taken, which the
 * kernel gives free with the process, however it ends: two that come at the same moment cannot both have it. Elsewhere
 * the former engine's process number has to do.
 */
export const holdRun = async (dir: string): Promise<void> => {
  const taken = (why: string, cause?: unknown): Error =>
    new Error(`another engine is at work on this run (${why}): attach to it instead`, { cause });
  if (process.platform === 'linux') {
    const name = createHash('sha256').update(realpathSync(dir)).digest('hex');
    await bind(`\0indexdeck-${name}`).catch((cause: Error) => {
      throw taken(cause.message, cause);
    });
  } else {
    const pid = formerPid(dir);
    if (pid !== null && isAlive(pid)) throw taken(`pid ${pid}`);
  }
  rmSync(join(dir, SOCKET_FILE), { force: true });
};
