import type { ConnectionConfig } from '../config.ts';
import { type Installation, runTool, ToolCancelled, ToolFailed, type ToolMessage } from '../tools/index.ts';
import type { JudgedError, RestoreEvent } from './events.ts';
import { ErrorReader, parseLine } from './progress.ts';
import { classify } from './tool-errors.ts';

const LOOK_EVERY_MS = 2_000;
/** Said at the end when it went on after errors: without it, it did not come to the end. */
const WENT_ON = /^errors ignored on restore: \d+$/;

export interface Loading {
  installation: Installation;
  /** To the database that is filled. */
  connection: ConnectionConfig;
  application: string;
  path: string;
  args: readonly string[];
  /** Entries that will be made. */
  entries: number;
  emit: (event: RestoreEvent) => void;
  /** Asked now and then: how large the database is by now, or null. */
  size: () => Promise<number | null>;
  signal: AbortSignal;
}

/** What came of pg_restore: `ended` says why it did not come to its end, or null when it did. */
export interface Loaded {
  errors: JudgedError[];
  ended: ToolFailed | ToolCancelled | null;
}

/** Looks at the size now and then, never twice at a time. */
class Size {
  readonly #read: () => Promise<number | null>;
  readonly #timer: NodeJS.Timeout;
  #busy = false;
  bytes: number | null = null;

  constructor(read: () => Promise<number | null>) {
    this.#read = read;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.bytes = await this.#read().catch(() => null);
    this.#busy = false;
  }
}

/** Runs pg_restore, and says what it does and what its errors mean. Fails only with what is no failure of the tool. */
export const load = async (loading: Loading): Promise<Loaded> => {
  const { installation, connection, application, path, args, entries, emit, signal } = loading;
  const begin = performance.now();
  const errors: JudgedError[] = [];
  const reader = new ErrorReader((said) => {
    const error = { ...classify(said), message: said.message, entry: said.entry };
    errors.push(error);
    emit({ type: 'restore.erred', ...error });
  });
  const size = new Size(loading.size);
  let made = 0;
  let wentOn = false;
  const take = (message: ToolMessage): void => {
    reader.add(message);
    if (message.level === 'warning' && WENT_ON.test(message.text)) wentOn = true;
    const line = message.level === 'info' && !message.bare ? parseLine(message.text) : { kind: 'other' as const };
    if (line.kind === 'other') {
      emit({ type: 'tool.said', text: message.text });
      return;
    }
    if (line.counts) made += 1;
    const elapsedMs = performance.now() - begin;
    emit({
      type: 'restore.progressed',
      doing: line.what,
      entries: Math.min(made, entries),
      of: entries,
      bytes: size.bytes,
      elapsedMs,
    });
  };
  try {
    await runTool({
      installation,
      tool: 'pg_restore',
      // An empty name is one from the environment, where the rest of the connection is.
      args: ['--dbname=', '--verbose', '--no-password', ...args, '--', path],
      server: { connection, application },
      onMessage: take,
      signal,
    });
    return { errors, ended: null };
  } catch (error) {
    if (!(error instanceof ToolFailed || error instanceof ToolCancelled)) throw error;
    reader.flush();
    return { errors, ended: wentOn && error instanceof ToolFailed && error.exitCode === 1 ? null : error };
  } finally {
    reader.flush();
    size.stop();
  }
};
