import { StringDecoder } from 'node:string_decoder';

/** Makes lines of chunks, wherever these are cut. What has no line end yet waits for the next chunk. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #longest: number;
  #parts: string[] = [];
  #length = 0;

  /** `longest`: how many characters a line may have. */
  constructor(longest = Number.POSITIVE_INFINITY) {
    this.#longest = longest;
  }

  /** The lines that this chunk completes. Throws when a line grows past the longest, rather than keep all of it. */
  push(chunk: Buffer): string[] {
    const [first = '', ...rest] = this.#decoder.write(chunk).split('\n');
    // Kept in parts: a plan of megabytes comes in many chunks, and joining each time would be quadratic.
    this.#parts.push(first);
    this.#length += first.length;
    if (this.#length > this.#longest) throw new Error(`a line of more than ${this.#longest} characters`);
    const last = rest.pop();
    if (last === undefined) return [];
    const lines = [this.#parts.join(''), ...rest];
    this.#parts = [last];
    this.#length = last.length;
    return lines;
  }
}
