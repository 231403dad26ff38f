import { StringDecoder } from 'node:string_decoder';

/** Makes lines of chunks, wherever these are cut. What has no line end yet waits for the next chunk. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];

  /** The lines that this chunk completes. */
  push(chunk: Buffer): string[] {
    const [first = '', ...rest] = this.#decoder.write(chunk).split('\n');
    // Kept in parts: a plan of megabytes comes in many chunks, and joining each time would be quadratic.
    this.#parts.push(first);
    const last = rest.pop();
    if (last === undefined) return [];
    const lines = [this.#parts.join(''), ...rest];
    this.#parts = [last];
    return lines;
  }
}
