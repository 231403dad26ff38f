import { createInterface } from 'node:readline';
import type { Terminal } from '../connection/prompt.ts';

/** Asks for a line; null on Ctrl-C or the end of input. `signal` withdraws the question. */
export const ask = ({ input, output }: Terminal, question: string, signal: AbortSignal): Promise<string | null> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve(null);
      return;
    }
    const lines = createInterface({ input, output, terminal: true });
    let answer: string | null = null;
    const withdraw = () => lines.close();
    lines.once('SIGINT', withdraw);
    signal.addEventListener('abort', withdraw);
    lines.once('close', () => {
      signal.removeEventListener('abort', withdraw);
      if (answer === null) output.write('\n');
      resolve(answer);
    });
    lines.question(question, (text) => {
      answer = text.trim();
      lines.close();
    });
  });
