import type { ToolMessage } from '../tools/index.ts';
import type { SaidError } from './tool-errors.ts';

/** What one line of `pg_restore --verbose` says. */
export type RestoreLine =
  /** It begins with this. `counts`: it is the making of an entry of the archive, and not the dropping of what was there. */
  { kind: 'doing'; what: string; counts: boolean } | { kind: 'other' };

const COUNTED = /^(creating|executing|processing data for table|processing) (?!item\b|TOC\b)(.+)$/;
const DROPPING = /^dropping (.+)$/;

/** Reads a line of progress. Items that are launched, skipped or finished are said again in these words. */
export const parseLine = (text: string): RestoreLine => {
  const counted = COUNTED.exec(text);
  if (counted !== null) return { kind: 'doing', what: text, counts: true };
  return DROPPING.test(text) ? { kind: 'doing', what: text, counts: false } : { kind: 'other' };
};

const ENTRY = /^from TOC entry (.+)$/;
const COMMAND = /^Command was: (.*)$/s;
/** The programs' own allocator says this, without a name before it. */
const OUT_OF_MEMORY = 'out of memory';
/** More of a statement than this says nothing more about it. In characters. */
const MOST = 500;

/**
 * Puts errors together from the lines that belong to one: `from TOC entry`, which comes only when the entry changes, the
 * error with its details, and `Command was:` with the statement, which may take many lines. An error is complete when
 * something else is said.
 */
export class ErrorReader {
  readonly #onError: (error: SaidError) => void;
  #entry: string | null = null;
  #error: SaidError | null = null;

  constructor(onError: (error: SaidError) => void) {
    this.#onError = onError;
  }

  add({ level, text, bare }: ToolMessage): void {
    const entry = ENTRY.exec(text)?.[1];
    if (bare && text === OUT_OF_MEMORY) {
      this.flush();
      this.#error = { message: text, command: null, entry: this.#entry };
      return;
    }
    if (level === 'error' || entry !== undefined || level === 'warning') this.flush();
    if (entry !== undefined) this.#entry = entry;
    if (level === 'error') this.#error = { message: text, command: null, entry: this.#entry };
    else if (this.#error === null) return;
    // Lines without the program's name go on with the error; one with it is something else.
    else if (bare) this.#goOn(text);
    else if (level === 'info') this.flush();
    else this.#error.message += `; ${level}: ${text}`;
  }

  /** The end: nothing more comes. */
  flush(): void {
    const error = this.#error;
    this.#error = null;
    if (error !== null) this.#onError({ ...error, command: error.command?.trim() || null });
  }

  #goOn(text: string): void {
    const error = this.#error;
    if (error === null) return;
    const command = COMMAND.exec(text)?.[1];
    if (command !== undefined) error.command = command;
    else if (error.command !== null) error.command = `${error.command}\n${text}`.slice(0, MOST);
    else if (text.trim() !== '') error.message = `${error.message}; ${text.trim()}`.slice(0, 4 * MOST);
  }
}
