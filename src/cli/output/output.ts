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

  line(text: string): void {
    if (!this.#isBroken) this.#stream.write(`${text}\n`);
  }

  /** Waits until all was handed over, or nobody reads. */
  async flush(): Promise<void> {
    if (this.#isBroken) return;
    await Promise.race([this.broken, new Promise<void>((resolve) => this.#stream.write('', () => resolve()))]);
  }
}
