import { closeSync, constants, openSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SOCKET_FILE } from './run-files.ts';

/** What fits into a socket's address, without the zero byte at its end. */
const LONGEST = process.platform === 'linux' ? 107 : 103;

const fits = (path: string): boolean => Buffer.byteLength(path) <= LONGEST;

/** Where to connect to, and what to do afterwards, connected or not. */
export interface SocketAddress {
  path: string;
  release(): void;
}

/** The address of a run's control socket. A socket's path may have only some 100 bytes, and directories go deeper. */
export const socketAddress = (dir: string): SocketAddress => {
  const nothing = () => undefined;
  const direct = [join(dir, SOCKET_FILE), join(relative(process.cwd(), dir), SOCKET_FILE)].find(fits);
  if (direct !== undefined) return { path: direct, release: nothing };
  if (process.platform !== 'linux')
    throw new Error(`the path of the run's directory is too long for a socket: ${dir}. Give a shorter --journal`);
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${fd}/${SOCKET_FILE}`, release: () => closeSync(fd) };
};
