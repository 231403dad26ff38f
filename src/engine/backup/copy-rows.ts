const NEWLINE = 10;
const IDENT = '(?:"((?:[^"]|"")*)"|([^\\s".(]+))';
const COPY = new RegExp(`^COPY ${IDENT}\\.${IDENT} .*FROM stdin;$`, 's');
/** A line that ends the rows of a table; a row's own backslash is doubled. */
const END = Buffer.from('\\.');

/** The rows of one table in an archive. */
export interface CopiedRows {
  schema: string;
  table: string;
  rows: number;
}

const name = (quoted: string | undefined, bare: string | undefined): string =>
  quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"');

/**
 * Counts the rows of each table in what pg_restore writes: `COPY schema.table (columns) FROM stdin;`, a line for each row
 * (line ends in values are escaped), and `\.`. Fed with pieces of any size.
 */
export class CopyRows {
  readonly #tables: CopiedRows[] = [];
  #current: CopiedRows | null = null;
  /** The beginning of a line that goes on in the next piece; within rows only as much as tells `\.` from a row. */
  #carry: Buffer = Buffer.alloc(0);

  get tables(): readonly CopiedRows[] {
    return this.#tables;
  }

  add(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end === -1) break;
      if (this.#carry.length > 0) {
        this.#line(Buffer.concat([this.#carry, bytes.subarray(from, end)]));
        this.#carry = Buffer.alloc(0);
      } else this.#line(bytes.subarray(from, end));
      from = end + 1;
    }
    const rest = bytes.subarray(from);
    if (rest.length === 0) return;
    const line = this.#carry.length === 0 ? rest : Buffer.concat([this.#carry, rest]);
    this.#carry = Buffer.from(this.#current === null ? line : line.subarray(0, END.length + 1));
  }

  #line(line: Buffer): void {
    if (this.#current === null) this.#outside(line);
    else if (line.length === END.length && line.equals(END)) this.#current = null;
    else this.#current.rows += 1;
  }

  #outside(line: Buffer): void {
    if (line[0] !== 0x43 /* C */) return;
    const match = COPY.exec(line.toString('utf8'));
    if (match === null) return;
    this.#current = { schema: name(match[1], match[2]), table: name(match[3], match[4]), rows: 0 };
    this.#tables.push(this.#current);
  }
}
