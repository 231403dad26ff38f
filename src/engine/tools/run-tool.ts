import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import type { ConnectionConfig } from '../config.ts';
import { type ConnectionEnv, connectionEnv, withoutPostgres } from './connection-env.ts';
import { ToolCancelled, ToolFailed } from './errors.ts';
import { LastMessages, parseMessage, type ToolMessage } from './messages.ts';
import type { Installation, ToolName } from './types.ts';

/** How long it may take to end when it is told to, before it is killed. */
const END_WITHIN_MS = 5_000;
const NO_SERVER: ConnectionEnv = { env: {}, dispose: () => undefined };

export interface ToolRun {
  installation: Installation;
  tool: ToolName;
  /** Never a password: arguments are in the process list. */
  args: readonly string[];
  /** The server to connect to, and by which application_name; null for what needs none. */
  server: { connection: ConnectionConfig; application: string } | null;
  /** Each line of its standard error as it comes. */
  onMessage?: (message: ToolMessage) => void;
  /** Its standard output as it comes, which waits for this to settle; without it, the output is thrown away. */
  onOutput?: (chunk: Uint8Array) => void | Promise<void>;
  signal?: AbortSignal;
}

/** A program that is at work. */
export interface RunningTool {
  /** Undefined when it could not be started. */
  pid: number | undefined;
  /** Settles when it has ended well; fails with ToolFailed, with ToolCancelled, or with what `onOutput` threw. */
  ended: Promise<void>;
}

const readMessages = async (stream: Readable, take: (message: ToolMessage) => void): Promise<void> => {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }))
    take(parseMessage(line));
};

const readOutput = async (stream: Readable, take: NonNullable<ToolRun['onOutput']>): Promise<void> => {
  for await (const chunk of stream) await take(chunk);
};

/**
 * Starts one of PostgreSQL's programs in a process group of its own, so that a Ctrl-C at our terminal is ours to pass on.
 * The signal ends the whole group: SIGTERM, on which pg_dump and pg_restore cancel their statements at the server, and
 * SIGKILL after 5 s. When this process exits, the group is told to end too; when it is killed, the program ends at the
 * next thing that it has to say, since nobody reads any more.
 */
export const startTool = (run: ToolRun): RunningTool => {
  const { installation, tool, args, server, signal, onMessage, onOutput } = run;
  if (signal?.aborted) throw new ToolCancelled(tool, { cause: signal.reason });
  const access = server === null ? NO_SERVER : connectionEnv(server.connection, server.application);
  const messages = new LastMessages();
  const child = execa(join(installation.dir, tool), [...args], {
    // Its words are parsed: in the C locale they are always the same.
    env: { ...withoutPostgres(process.env), ...access.env, LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    stdout: onOutput === undefined ? 'ignore' : 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    killDescendants: true,
    killSignal: 'SIGTERM',
    forceKillAfterDelay: END_WITHIN_MS,
    cleanup: true,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  // One that failed or was killed may leave workers, which hold its standard error open: they have nothing to do any more.
  child.nodeChildProcess.once('exit', (code) => {
    if (code !== 0) child.kill('SIGKILL');
  });
  const took = (message: ToolMessage): void => {
    messages.add(message);
    onMessage?.(message);
  };
  const reading = Promise.all([
    child.stderr === null ? undefined : readMessages(child.stderr, took),
    child.stdout === null || onOutput === undefined ? undefined : readOutput(child.stdout, onOutput),
  ]);
  let refused: { error: unknown } | null = null;
  reading.catch((error: unknown) => {
    // Nobody takes what it has to say: it would wait for ever.
    refused ??= { error };
    child.kill();
  });
  const end = async (): Promise<void> => {
    const result = await child.finally(access.dispose);
    await reading.catch(() => undefined);
    if (result.isCanceled) throw new ToolCancelled(tool, { cause: signal?.reason });
    if (refused !== null) throw refused.error;
    if (!result.failed) return;
    const { exitCode = null, signal: endedBy = null, originalMessage } = result;
    const said = messages.said.length > 0 || originalMessage === undefined ? messages.said : [originalMessage];
    throw new ToolFailed(tool, { exitCode, signal: endedBy, said }, { cause: result });
  };
  return { pid: child.pid, ended: end() };
};

/** Runs a program to its end; see `startTool`. */
export const runTool = async (run: ToolRun): Promise<void> => await startTool(run).ended;
