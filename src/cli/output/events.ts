import { plainText } from '../../run/plain-text.ts';
import type { Io } from '../io.ts';
import type { Output } from './output.ts';

/** Objects come in thousands: a log gets a line for one of them this often. */
const PROGRESS_EVERY_MS = 1_000;

/** How the events of one kind of work are shown. */
export interface Shown<E> {
  /** What the work is called in JSON: the key of its ID. */
  work: 'backup' | 'restore';
  /** In words; null: not worth a line. */
  describe: (event: E) => string | null;
  /** Comes for every object, and is of interest only until the next one. */
  isProgress: (event: E) => boolean;
  /** Lines without a time that go before. */
  before?: (event: E) => readonly string[];
}

/** Lines with their time; progress now and then, on a terminal in place. */
const printLines = <E>({ describe, isProgress, before }: Shown<E>, out: Output, { stdout }: Io) => {
  let last = Number.NEGATIVE_INFINITY;
  let pending = false;
  const clear = (): void => {
    if (pending) stdout.write('\r\u001b[K');
    pending = false;
  };
  return (event: E, at: string): void => {
    for (const line of before?.(event) ?? []) out.line(line);
    const said = describe(event);
    if (said === null) return;
    const text = `${at.slice(0, 19)}Z ${plainText(said)}`;
    if (!isProgress(event)) {
      clear();
      out.line(text);
    } else if (stdout.isTTY) {
      clear();
      stdout.write(text.slice(0, Math.max(20, stdout.columns - 1)));
      pending = true;
    } else if (performance.now() - last >= PROGRESS_EVERY_MS) {
      last = performance.now();
      out.line(text);
    }
  };
};

/** One JSON object a line, numbered as a run's events are. */
const printJson = <E>({ work }: Shown<E>, out: Output, id: string) => {
  let seq = 0;
  return (event: E, at: string): void => {
    seq += 1;
    out.line(JSON.stringify({ seq, at, [work]: id, ...event }));
  };
};

/** What takes the events of a piece of work and prints them. */
export const printEvents = <E>(
  id: string,
  shown: Shown<E>,
  { io, out, json }: { io: Io; out: Output; json: boolean },
): ((event: E) => void) => {
  const print = json ? printJson(shown, out, id) : printLines(shown, out, io);
  return (event) => print(event, new Date().toISOString());
};
