import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { onTestFinished } from 'vitest';
import { folder, program } from '../cli/program.ts';
import { poll } from './poll.ts';

export interface Screen {
  pty: IPty;
  /** The rows as a person sees them now. */
  rows(): string[];
  shows(pattern: RegExp, timeoutMs?: number): Promise<void>;
  resize(columns: number, rows: number): void;
  ended: Promise<number>;
}

/** The program on a real terminal, whose picture is read as a picture. */
export const onScreen = (args: string[], env: Record<string, string>, columns: number, lines: number): Screen => {
  const picture = new xterm.Terminal({ cols: columns, rows: lines, allowProposedApi: true });
  const pty = spawn(process.execPath, [program, ...args], {
    cols: columns,
    rows: lines,
    // Where the execution log goes that nobody named.
    cwd: folder(),
    env: { PATH: process.env.PATH ?? '', HOME: folder(), TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });
  pty.onData((data) => picture.write(data));
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  onTestFinished(() => {
    try {
      pty.kill('SIGKILL');
    } catch {
      // It has ended.
    }
  });
  const rows = (): string[] => {
    const { active } = picture.buffer;
    return Array.from({ length: picture.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  };
  return {
    pty,
    rows,
    ended,
    shows: async (pattern, timeoutMs = 20_000) => {
      await poll(() => pattern.test(rows().join('\n')), timeoutMs).catch((cause) => {
        throw new Error(`not on the screen: ${pattern}\n${rows().join('\n')}`, { cause });
      });
    },
    resize: (toColumns, toRows) => {
      picture.resize(toColumns, toRows);
      pty.resize(toColumns, toRows);
    },
  };
};
