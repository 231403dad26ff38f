/** What an engine tells screens elsewhere: copies of what its ledger has by then. */
export interface Announcement {
  /** How many events the ledger has. */
  seq: number;
  /** The newest of them, as JSON, in order up to `seq`; none where they are too many for one notification. */
  events: string[];
  /** The newest sample, as JSON; null when it was told before, or there is none. */
  sample: string | null;
}

/** A payload names its run first: screens of other runs pass over it without opening it. */
export const payloadOf = (run: string, sealed: string): string => `${run}:${sealed}`;

/** What is behind the run's name in a payload; null when it is another run's, or anything. */
export const sealedIn = (run: string, payload: string): string | null =>
  payload.startsWith(`${run}:`) ? payload.slice(run.length + 1) : null;

/** As JSON: what is sealed. */
export const announcementText = ({ seq, events, sample }: Announcement): string =>
  JSON.stringify({ seq, events, sample });

/** Null when it is none: of an engine that says it in another way. */
export const readAnnouncement = (text: string): Announcement | null => {
  const { seq, events, sample } = JSON.parse(text) as Record<string, unknown>;
  if (typeof seq !== 'number' || !Array.isArray(events) || !events.every((each) => typeof each === 'string'))
    return null;
  return sample === null || typeof sample === 'string' ? { seq, events, sample } : null;
};
