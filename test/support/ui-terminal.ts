import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import type { Feed } from '../../src/client/feed.ts';
import type { ScreenExit } from '../../src/ui/start.tsx';
import { startScreen } from '../../src/ui/start.tsx';

/** A terminal that is not there: what is written to it can be read back as a person would see it. */
class FakeStdout extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  readonly chunks: string[] = [];
  readonly terminal: InstanceType<typeof xterm.Terminal>;
  columns: number;
  rows: number;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }

  write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    this.chunks.push(text);
    this.terminal.write(text);
    const done = rest.find((one): one is () => void => typeof one === 'function');
    done?.();
    return true;
  };
}

class FakeStdin extends EventEmitter {
  readonly isTTY = true;
  isRaw = false;
  #waiting: string | null = null;

  setEncoding(): void {}
  ref(): void {}
  unref(): void {}
  setRawMode(raw: boolean): this {
    this.isRaw = raw;
    return this;
  }

  read(): string | null {
    const data = this.#waiting;
    this.#waiting = null;
    return data;
  }

  type(data: string): void {
    this.#waiting = data;
    this.emit('readable');
  }
}

export interface OpenScreen {
  stdout: FakeStdout;
  stdin: FakeStdin;
  exit: Promise<ScreenExit>;
  /** What a person sees now, line by line. */
  lines(): Promise<string[]>;
  text(): Promise<string>;
  /** Keys, each as an event of its own. */
  press(...keys: string[]): Promise<void>;
  /** Waits until the screen shows it, or fails with what it shows instead. */
  shows(what: string | RegExp): Promise<string>;
  hides(what: string | RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  advance(ms: number): void;
  now(): number;
}

export interface OpenOptions {
  columns?: number;
  rows?: number;
  role?: 'operator' | 'observer';
  env?: NodeJS.ProcessEnv;
  now: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const has = (text: string, what: string | RegExp): boolean =>
  typeof what === 'string' ? text.includes(what) : what.test(text);

/** The whole screen on a terminal of this size, with a clock that stands still. */
export const openScreen = (feed: Feed, options: OpenOptions): OpenScreen => {
  const { columns = 80, rows = 24, role = 'operator', env = { LANG: 'C.UTF-8' } } = options;
  const stdout = new FakeStdout(columns, rows);
  const stdin = new FakeStdin();
  let { now } = options;
  const exit = startScreen({
    feed,
    role,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    env,
    clock: () => now,
  });
  const lines = async (): Promise<string[]> => {
    await new Promise<void>((resolve) => stdout.terminal.write('', resolve));
    const buffer = stdout.terminal.buffer.active;
    return Array.from(
      { length: stdout.rows },
      (_, at) => buffer.getLine(buffer.baseY + at)?.translateToString(true) ?? '',
    );
  };
  const text = async (): Promise<string> => (await lines()).join('\n');
  const until = async (what: string | RegExp, wanted: boolean): Promise<string> => {
    const end = Date.now() + 3000;
    for (;;) {
      const seen = await text();
      if (has(seen, what) === wanted) return seen;
      if (Date.now() > end) throw new Error(`the screen ${wanted ? 'does not show' : 'still shows'} ${what}:\n${seen}`);
      await pause(20);
    }
  };
  return {
    stdout,
    stdin,
    exit,
    lines,
    text,
    shows: (what) => until(what, true),
    hides: (what) => until(what, false),
    press: async (...keys) => {
      for (const key of keys) {
        stdin.type(key);
        // Ink waits 20 ms for what may follow an Escape.
        await pause(key === KEY.escape ? 40 : 3);
      }
      await pause(80);
    },
    resize: async (columns, rows) => {
      stdout.columns = columns;
      stdout.rows = rows;
      stdout.terminal.resize(columns, rows);
      stdout.emit('resize');
      await pause(120);
    },
    advance: (ms) => {
      now += ms;
    },
    now: () => now,
  };
};

export const KEY = {
  up: '\u001b[A',
  down: '\u001b[B',
  pageUp: '\u001b[5~',
  pageDown: '\u001b[6~',
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  shiftTab: '\u001b[Z',
  ctrlC: '\u0003',
  ctrlZ: '\u001a',
  backspace: '\u007f',
} as const;
