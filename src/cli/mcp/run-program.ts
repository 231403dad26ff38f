import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** The same distance from src/cli/mcp and from dist/cli/mcp. */
const PROGRAM = join(fileURLToPath(new URL('../../../bin', import.meta.url)), 'indexdeck');
/** What one answer may hold: an agent reads it. */
const MOST_CHARS = 200_000;
const MOST_LINES = 2_000;

export interface Ended {
  /** The exit status of the contract; null when it was ended by its time limit. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs this very program, as a person would at a shell, without a terminal; never fails for what the program answers. */
export const runProgram = async (args: readonly string[], withinMs?: number): Promise<Ended> => {
  const { exitCode, stdout, stderr, timedOut } = await execa(process.execPath, [PROGRAM, ...args], {
    reject: false,
    stdin: 'ignore',
    maxBuffer: 50_000_000,
    ...(withinMs === undefined ? {} : { timeout: withinMs }),
  });
  const cut = (text: string): string => (text.length > MOST_CHARS ? `… ${text.slice(-MOST_CHARS)}` : text);
  return { status: timedOut ? null : (exitCode ?? null), stdout: cut(stdout), stderr: cut(stderr) };
};

/** Starts this program and gives the first line of its output that fits, leaving it at work. */
export const startProgram = async (
  args: readonly string[],
  is: (line: string) => boolean,
): Promise<{ line: string } | { ended: Ended }> => {
  const child = execa(process.execPath, [PROGRAM, ...args], { reject: false, stdin: 'ignore', buffer: false });
  const seen: string[] = [];
  const errors: string[] = [];
  const first = Promise.withResolvers<string>();
  // Read to the end, also when nobody wants it any more: one whose output nobody reads counts as vanished.
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (seen.length < MOST_LINES) seen.push(line);
    if (is(line)) first.resolve(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (errors.length < MOST_LINES) errors.push(line);
  });
  const ended = child.then(({ exitCode }) => ({
    ended: { status: exitCode ?? null, stdout: seen.join('\n'), stderr: errors.join('\n') },
  }));
  return await Promise.race([first.promise.then((line) => ({ line })), ended]);
};
