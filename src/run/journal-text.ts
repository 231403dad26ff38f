import { isEvent } from './event-shape.ts';
import type { RunEvent } from './events.ts';

/** What a run's journal holds. */
export interface JournalContent {
  events: RunEvent[];
  /** Why the file cannot be read beyond the events; null when all of it was. A torn last line is no reason. */
  problem: string | null;
}

const parse = (line: string): RunEvent | null => {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : null;
  } catch {
    return null;
  }
};

/** Reads the events of a journal's text, up to the first line that is not the next event. */
export const parseJournal = (text: string): JournalContent => {
  const events: RunEvent[] = [];
  const lines = text.split('\n');
  // What comes after the last line end is being written, or was when its engine died.
  const torn = lines.pop() ?? '';
  for (const [index, line] of lines.entries()) {
    const event = parse(line);
    if (event?.seq !== events.length + 1)
      return { events, problem: `line ${index + 1} of the journal is not event ${events.length + 1}` };
    events.push(event);
  }
  const last = parse(torn);
  if (last?.seq === events.length + 1) events.push(last);
  return { events, problem: null };
};
