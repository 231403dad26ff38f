const NOTHING = /^$/;

/** Numbers for texts: the same text has the same number. */
export class Interned {
  private readonly ids = new Map<string, number>();

  idOf(text: string): number {
    // A text that was put together of pieces stays in pieces, at several times its size, until a pattern is tried on it.
    if (NOTHING.test(text)) return -1;
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    this.ids.set(text, this.ids.size);
    return this.ids.size - 1;
  }
}
