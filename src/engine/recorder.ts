import type { RecordResult, RunEvent } from '../run/index.ts';

/**
 * Who keeps a run's record outside of it. It outlives no engine, holds none up for long, and what becomes of it is no
 * concern of the run: nothing of this may throw.
 */
export interface Recorder {
  /** An event was recorded. */
  recorded(event: RunEvent): void;
  /** The run is about to end, and these will have been its events: writes them down, and says what came of it. */
  keep(events: readonly RunEvent[]): Promise<RecordResult[]>;
  /** The run has ended, and its clients know: ends what is still under way. */
  close(): Promise<void>;
}
