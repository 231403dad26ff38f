import type { EventBody, RunEvent } from '../../src/run/index.ts';
import { runningStory, type Story } from '../support/ui-events.ts';

const NASTY = '<script>alert("x")</script>\u001b[31m & `code` | _a_ \u202e]]>';

const at = (story: Story, seconds: number): string => new Date(story.at + seconds * 1000).toISOString();

/** A run with something of everything: pauses, gates, failures, samples, and names that are made to break a page. */
export const eventfulStory = (): Story => {
  const story = runningStory({ environment: 'production', noBackup: `none, ${NASTY}` });
  const summary = (seconds: number, most: number): EventBody => ({
    type: 'metrics.summarised',
    from: at(story, seconds),
    to: at(story, seconds + 10),
    samples: 10,
    metrics: {
      active: { min: 1, mean: most / 2, max: most },
      lockWaiters: { min: 0, mean: 0.5, max: 2 },
      connections: { min: 60, mean: 63, max: 70 },
      maxConnections: { min: 200, mean: 200, max: 200 },
      retainedWalBytes: { min: 1e6, mean: 2e7, max: 4e7 },
    },
  });
  return story
    .add(summary(0, 12))
    .add(summary(10, 70))
    .add({ type: 'run.paused', cause: 'gate', gate: 'active', by: 'gate active', reason: NASTY }, 1_000)
    .add({ type: 'run.continued', cause: 'gate', gate: 'active', by: 'gate active' }, 12_000)
    .add({ type: 'command.received', command: { type: 'skip', step: 17 }, by: NASTY })
    .add({
      type: 'index.skipped',
      step: 17,
      name: 'idx_ingredient_groups_course',
      reason: 'operator',
      oid: null,
      by: NASTY,
    })
    .failed(15, `could not create ${NASTY}`)
    .built(16)
    .add({
      type: 'connection.lost',
      session: 'monitor',
      error: { sqlstate: null, message: 'postgres://me:secret@db/x is gone', detail: null, hint: null, context: null },
    })
    .add({ type: 'abort.started', by: 'anna@bastion', reason: NASTY })
    .add({ type: 'run.finished', status: 4, reason: `aborted by anna: ${NASTY}`, leftToDo: [] }, 2_000);
};

export { NASTY };

/** The events up to each of them. */
export const prefixes = (events: readonly RunEvent[]): RunEvent[][] => events.map((_, n) => events.slice(0, n + 1));
