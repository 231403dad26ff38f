import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { PID_FILE } from './run-files.ts';
import { type SocketAddress, socketAddress } from './socket-address.ts';

/** The engine's process as its file says; null when there is none. */
export const enginePid = (dir: string): number | null => {
  try {
    const pid = Number.parseInt(readFileSync(join(dir, PID_FILE), 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
};

/** Whether a process of that number exists; numbers are used again, so it need not be the same one. */
export const processExists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const listens = (address: SocketAddress): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(address.path);
    const done = (answer: boolean) => {
      socket.destroy();
      address.release();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });

/** Whether the run's engine lives: its process exists and its socket accepts. */
export const engineIsAlive = async (dir: string): Promise<boolean> => {
  const pid = enginePid(dir);
  if (pid === null || !processExists(pid)) return false;
  try {
    return await listens(socketAddress(dir));
  } catch {
    return false;
  }
};
