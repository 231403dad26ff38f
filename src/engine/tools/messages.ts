/** One line of a program's standard error. */
export interface ToolMessage {
  /** info: progress of --verbose. */
  level: 'error' | 'warning' | 'detail' | 'hint' | 'info';
  text: string;
  /** The line does not begin with a program's name: it goes on with what was said before. */
  bare?: true;
}

const PREFIX = /^[a-z_]+: (?:(error|fatal|warning|detail|hint): +)?(.*)$/s;

/** Reads `pg_dump: error: ...` and its like. Programs run in the C locale, so the words are these. */
export const parseMessage = (line: string): ToolMessage => {
  const match = PREFIX.exec(line);
  if (match === null) return { level: 'info', text: line, bare: true };
  const [, word, text = ''] = match;
  if (word === undefined) return { level: 'info', text };
  return { level: word === 'fatal' ? 'error' : (word as ToolMessage['level']), text };
};

const MOST = 12;

/** Keeps what explains a failure: the errors with what follows them, or else the last lines, up to a dozen. */
export class LastMessages {
  readonly #errors: string[] = [];
  readonly #last: string[] = [];
  #afterError = false;

  add({ level, text }: ToolMessage): void {
    if (level === 'error') this.#afterError = true;
    else if (level === 'warning' || level === 'info') this.#afterError = false;
    if (this.#afterError && this.#errors.length < MOST) this.#errors.push(text);
    this.#last.push(text);
    if (this.#last.length > 3) this.#last.shift();
  }

  get said(): string[] {
    return this.#errors.length > 0 ? [...this.#errors] : [...this.#last];
  }
}
