import { duration } from '../../run/index.ts';
import { withoutSecrets } from '../environment.ts';
import { type NumberSource, toNumber } from './number.ts';

/** More output than this is no number. In characters. */
const MOST_OUTPUT = 10_000;
const MOST_SAID = 200;
/** How long after its time the pipes of a command that was killed may stay open. */
const PIPES_MS = 500;

export interface CommandNumberOptions {
  /** For /bin/sh, as the user wrote it. */
  command: string;
  cwd: string;
  timeoutMs: number;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, MOST_SAID) ?? '';

/** Runs a command that prints a number, in a process group of its own, and leaves nothing of it behind. */
export class CommandNumber implements NumberSource {
  readonly pid = null;
  readonly #options: CommandNumberOptions;
  /** A hundred modules, for those alone who have such a gate; and at the start, since the program may be replaced meanwhile. */
  readonly #starter = import('execa');

  constructor(options: CommandNumberOptions) {
    this.#options = options;
  }

  async read(signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const { command, cwd, timeoutMs } = this.#options;
    const { execa } = await this.#starter;
    signal.throwIfAborted();
    const child = execa(command, {
      shell: true,
      cwd,
      env: withoutSecrets(process.env),
      extendEnv: false,
      stdin: 'ignore',
      maxBuffer: MOST_OUTPUT,
      reject: false,
      timeout: timeoutMs,
      cancelSignal: signal,
      // All that it started and that did not leave its process group ends with it, also when this process exits.
      killDescendants: true,
      killSignal: 'SIGKILL',
    });
    // What it left running in the background.
    child.nodeChildProcess.once('exit', () => child.kill());
    // Whoever left the group may hold the pipes open for ever.
    const stuck = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs + PIPES_MS);
    const result = await child.finally(() => clearTimeout(stuck));
    if (result.timedOut) throw new Error(`no answer within ${duration(timeoutMs)}`);
    if (result.isMaxBuffer) throw new Error('it printed far more than a number');
    if (!result.failed) return toNumber(result.stdout);
    const { exitCode, signal: killer, originalMessage, stderr } = result;
    const how = exitCode === undefined ? (killer ?? originalMessage ?? 'no status') : `status ${exitCode}`;
    throw new Error([`it ended with ${how}`, lastLine(stderr)].filter(Boolean).join(': '));
  }

  /** Nothing: the signal of its reading ends it. */
  async stop(): Promise<void> {}
}
