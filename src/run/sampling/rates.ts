import type { Metrics } from '../samples.ts';
import type { Reading } from './reading.ts';

type Rates = Pick<Metrics, 'commitsPerS' | 'rollbacksPerS' | 'deadlocksPerS' | 'walBytesPerS'>;

/** Rates between two readings, and for those that are null the reason. */
export interface RatesRead {
  rates: Rates;
  unreadable: Partial<Record<keyof Rates, string>>;
}

const FIRST = 'A rate needs two readings, and this is the first.';
const RESET = "The database's statistics were reset since the reading before.";
const BACK = 'The end of the WAL went back since the reading before: another server answers.';

/** Null when nothing can be said of the time between; never negative. */
const perSecond = (now: number | null, before: number | null, seconds: number): number | null =>
  now === null || before === null || now < before || seconds <= 0 ? null : (now - before) / seconds;

const walPosition = (reading: Reading): number | null =>
  'refused' in reading.replication ? null : reading.replication.walBytes;

/** Rates per second since the reading before; a reset in between makes those of the counters null for once. */
export const ratesBetween = (previous: Reading | null, reading: Reading): RatesRead => {
  if (previous === null) {
    return {
      rates: { commitsPerS: null, rollbacksPerS: null, deadlocksPerS: null, walBytesPerS: null },
      unreadable: { commitsPerS: FIRST, rollbacksPerS: FIRST, deadlocksPerS: FIRST, walBytesPerS: FIRST },
    };
  }
  const seconds = (reading.clockMs - previous.clockMs) / 1000;
  const [now, before] = [reading.activity, previous.activity];
  const counters = {
    commitsPerS: perSecond(now.commits, before.commits, seconds),
    rollbacksPerS: perSecond(now.rollbacks, before.rollbacks, seconds),
    deadlocksPerS: perSecond(now.deadlocks, before.deadlocks, seconds),
  };
  const wasReset = now.statsReset !== before.statsReset || Object.values(counters).includes(null);
  const walBytesPerS = perSecond(walPosition(reading), walPosition(previous), seconds);
  return {
    rates: {
      ...(wasReset ? { commitsPerS: null, rollbacksPerS: null, deadlocksPerS: null } : counters),
      walBytesPerS,
    },
    unreadable: {
      ...(wasReset ? { commitsPerS: RESET, rollbacksPerS: RESET, deadlocksPerS: RESET } : {}),
      ...(walBytesPerS === null ? { walBytesPerS: whyNoWalRate(previous, reading) } : {}),
    },
  };
};

const whyNoWalRate = (previous: Reading, reading: Reading): string => {
  if ('refused' in reading.replication) return reading.replication.refused;
  if (reading.replication.walBytes === null) return 'The server does not say where its WAL ends.';
  return walPosition(previous) === null ? FIRST : BACK;
};
