import type { RunEvent } from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Pause = Report['pauses'][number];
type Trip = Report['gates'][number];

/** Every pause with its cause, who ordered it and who lifted it. One that holds at the end of a run ends with it. */
export const pauses = (events: readonly RunEvent[]): Pause[] => {
  const found: Pause[] = [];
  const end = (which: (pause: Pause) => boolean, at: string, by: string | null): void => {
    for (const pause of found) if (pause.to === null && which(pause)) Object.assign(pause, { to: at, liftedBy: by });
  };
  for (const event of events) {
    if (event.type === 'run.paused') {
      const { cause, gate, by, reason, at } = event;
      end((pause) => pause.cause === cause && pause.gate === gate, at, null);
      found.push({ cause, gate, by, reason, from: at, to: null, liftedBy: null });
    } else if (event.type === 'run.continued')
      end(({ cause, gate }) => cause === event.cause && gate === event.gate, event.at, event.by);
    else if (event.type === 'run.finished' || event.type === 'run.resumed') end(() => true, event.at, null);
  }
  return found;
};

/** Every time that a gate tripped, each level for itself, and when it was clear again. */
export const gateTrips = (events: readonly RunEvent[]): Trip[] => {
  const found: Trip[] = [];
  const end = (gate: string, at: string): void => {
    for (const trip of found) if (trip.gate === gate && trip.clearedAt === null) trip.clearedAt = at;
  };
  for (const event of events) {
    if (event.type === 'gate.tripped') {
      end(event.gate, event.at);
      const { gate, level, value, threshold, reason, at } = event;
      found.push({ gate, level, value, threshold, reason, at, clearedAt: null });
    } else if (event.type === 'gate.cleared') end(event.gate, event.at);
  }
  return found;
};
