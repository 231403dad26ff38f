import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import { onTestFinished } from 'vitest';
import { poll } from '../support/poll.ts';
import { BASE_ENV, folder, program } from './program.ts';

export interface Terminal {
  pty: IPty;
  /** Everything that was shown, without colours and movements. */
  text(): string;
  shows(pattern: RegExp, timeout?: number): Promise<void>;
  ended: Promise<number>;
}

/** The program on a terminal. */
export const open = (args: string[], env: Record<string, string>): Terminal => {
  const home = folder();
  const pty = spawn(process.execPath, [program, ...args], {
    cols: 100,
    rows: 30,
    cwd: home,
    env: { ...BASE_ENV, HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });
  let shown = '';
  pty.onData((data) => {
    shown += data;
  });
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  onTestFinished(() => {
    try {
      pty.kill('SIGKILL');
    } catch {
      // It has ended.
    }
  });
  const text = () => stripVTControlCharacters(shown);
  const shows = async (pattern: RegExp, timeout = 20_000) => {
    await poll(() => pattern.test(text()), timeout).catch((cause) => {
      throw new Error(`not shown: ${pattern}\n${text()}`, { cause });
    });
  };
  return { pty, text, shows, ended };
};
