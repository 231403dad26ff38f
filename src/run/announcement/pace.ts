/** Each announcement wakes a backend for every screen elsewhere: so much time is between two, in milliseconds. */
const BETWEEN_EVENTS_MS = 500;
/** Samples come every second, and not to the millisecond. */
const BETWEEN_SAMPLES_MS = 900;

/** What has not been announced yet. `urgent`: somebody waits for it. */
export interface Unannounced {
  events: boolean;
  sample: boolean;
  urgent: boolean;
}

/** In how many milliseconds to announce, by how long ago it was done last; null: there is nothing to tell. */
export const announceIn = ({ events, sample, urgent }: Unannounced, sinceLastMs: number): number | null => {
  if (urgent) return 0;
  if (events) return Math.max(0, BETWEEN_EVENTS_MS - sinceLastMs);
  return sample ? Math.max(0, BETWEEN_SAMPLES_MS - sinceLastMs) : null;
};
