import { describe, expect, it } from 'vitest';
import type { EventType } from '../../../src/run/index.ts';
import { describeFailure } from './failure.ts';
import { type End, History } from './history.ts';

const HISTORIES = Number(process.env.INDEXDECK_HISTORIES ?? 100_000);
const SHARD = 5_000;
const seed = process.env.INDEXDECK_SEED;

const ends: End[] = [];
const seen = new Set<EventType>();

const runOne = (number: number): void => {
  const history = new History(number);
  try {
    ends.push(history.run());
  } catch (error) {
    throw new Error(describeFailure(number, error, history.journal), { cause: error });
  }
  for (const { type } of history.journal) seen.add(type);
};

if (seed !== undefined) it(`keeps its rules in history ${seed}`, () => runOne(Number(seed)));
else
  describe(`keeps its rules in ${HISTORIES} random histories`, () => {
    for (let first = 1; first <= HISTORIES; first += SHARD) {
      const last = Math.min(HISTORIES, first + SHARD - 1);
      it(`seeds ${first} to ${last}`, () => {
        for (let number = first; number <= last; number++) runOne(number);
      });
    }

    // A simulation in which nothing ever goes wrong, or nothing ever goes well, proves nothing.
    it('in which everything happens that can happen', () => {
      const counted = (wanted: (end: End) => boolean) => ends.filter(wanted).length;
      for (const status of [0, 1, 3, 4, 5]) expect(counted((end) => end.status === status)).toBeGreaterThan(0);
      expect(counted(({ crashes }) => crashes > 1)).toBeGreaterThan(0);
      expect(EVENTS.filter((type) => !seen.has(type))).toEqual([]);
    });
  });

/** All but those of the shell alone: summaries of samples, and what tells of a look that could not be taken. */
const EVENTS: EventType[] = [
  'run.started',
  'run.resumed',
  'preflight.finished',
  'run.approved',
  'baseline.taken',
  'command.received',
  'command.refused',
  'section.started',
  'section.finished',
  'index.inspected',
  'build.started',
  'index.identified',
  'build.phase_entered',
  'build.finished',
  'build.failed',
  'cancel.requested',
  'build.cancelled',
  'build.lost',
  'index.skipped',
  'index.completed',
  'partitions.found',
  'index.requeued',
  'drop.started',
  'index.dropped',
  'drop.failed',
  'statement.started',
  'statement.finished',
  'statement.failed',
  'gate.tripped',
  'gate.cleared',
  'run.paused',
  'run.continued',
  'abort.started',
  'jobs.changed',
  'client.joined',
  'client.left',
  'connection.lost',
  'connection.restored',
  'verify.finished',
  'validation.finished',
  'rollback.surveyed',
  'rollback.started',
  'index.kept',
  'rollback.finished',
  'run.finished',
];
