import type { DatabaseFacts, StatementsRead, SurveyedIndex } from './events.ts';
import type { ServerChange } from './server.ts';

/**
 * A later look at what a run has left: no event, and no part of the run, whose reports are the same with or without it.
 * Times are ISO, UTC.
 */
export interface UsageFacts {
  readAt: string;
  /** Where it was read. */
  database: DatabaseFacts;
  version: string;
  startedAt: string;
  /** What that server is to the one of the run; null when the run has not said which that was. */
  change: Exclude<ServerChange, 'back'> | 'same' | null;
  /** When the statistics of this database were reset last; null when never, or not known. */
  statsReset: string | null;
  /** Each index that the run has made and not dropped. */
  indexes: SurveyedIndex[];
  /** The statements that were read at the run, as they are counted now. */
  statements: Omit<StatementsRead, 'when'>;
}
