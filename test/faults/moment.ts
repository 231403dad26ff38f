import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment } from './deployment.ts';
import type { Moment } from './scenario.ts';

const WITHIN_MS = 40_000;

/** Waits for the moment of a run. Fails when the run ends before. */
export const momentOf = async (deployment: Deployment, moment: Moment): Promise<void> => {
  const happened = (type: string): number => deployment.events.filter((event) => event.type === type).length;
  switch (moment.at) {
    case 'event':
      return deployment.until(() => deployment.events.length >= moment.seq, WITHIN_MS);
    case 'type':
      return deployment.until(() => happened(moment.type) >= moment.nth, WITHIN_MS);
    case 'time':
      await deployment.until(() => happened('baseline.taken') > 0, WITHIN_MS);
      await delay(moment.ms);
  }
};
