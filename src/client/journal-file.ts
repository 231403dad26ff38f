import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JournalContent, parseJournal } from '../run/journal-text.ts';
import { JOURNAL_FILE } from './run-files.ts';

/** Reads the journal in a run's directory; one that is not there has no events. */
export const readJournal = (dir: string): JournalContent => {
  try {
    return parseJournal(readFileSync(join(dir, JOURNAL_FILE), 'utf8'));
  } catch (error) {
    return { events: [], problem: `the journal cannot be read: ${(error as Error).message}` };
  }
};
