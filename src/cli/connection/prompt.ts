/** Control characters as a terminal in raw mode sends them. */
const [CTRL_C, CTRL_D, CTRL_U] = ['\u0003', '\u0004', '\u0015'];

/** The terminal that a person types at. */
export interface Terminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}

/** Asks without showing what is typed. Null when the person gives up. */
export const askHidden = ({ input, output }: Terminal, question: string): Promise<string | null> =>
  new Promise((resolve) => {
    const wasRaw = input.isRaw;
    let typed = '';
    const finish = (answer: string | null) => {
      input.off('data', read);
      input.off('end', ended);
      input.setRawMode(wasRaw);
      input.pause();
      output.write('\n');
      resolve(answer);
    };
    const ended = () => finish(null);
    const read = (chunk: Buffer | string) => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') return finish(typed);
        if (character === CTRL_C || character === CTRL_D) return finish(null);
        if (character === CTRL_U) typed = '';
        else if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('');
        else typed += character;
      }
    };
    // Before it asks: what somebody types at once must not be shown either.
    input.setRawMode(true);
    input.on('data', read);
    input.on('end', ended);
    output.write(question);
    input.resume();
  });
