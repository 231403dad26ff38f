import { wrapLine } from './wrapped.ts';

/** Lines to a stream whose reader may go away: that is noticed, and harms nothing. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  readonly #broken = Promise.withResolvers<void>();
  #isBroken = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on('error', () => {
      this.#isBroken = true;
      this.#broken.resolve();
    });
  }

  /** Settles when nobody reads any more. */
  get broken(): Promise<void> {
    return this.#broken.promise;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Columns of the terminal; null where it is none, and lines are for programs. */
  get width(): number | null {
    const { isTTY, columns } = this.#stream;
    return isTTY && columns > 0 ? Math.max(20, columns) : null;
  }

  /** A line for people: wrapped to the terminal, and left whole where there is none. */
  text(line: string): void {
    for (const part of wrapLine(line, this.width)) this.line(part);
  }

  line(text: string): void {
    if (!this.#isBroken) this.#stream.write(`${text}\n`);
  }

  /** Waits until all was handed over, or nobody reads. */
  async flush(): Promise<void> {
    if (this.#isBroken) return;
    await Promise.race([this.broken, new Promise<void>((resolve) => this.#stream.write('', () => resolve()))]);
  }
}
