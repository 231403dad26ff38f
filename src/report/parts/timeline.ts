import { type RunEvent, type RunState, runnableSteps, stepName } from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Bar = Report['builds'][number];

const isWait = (phase: string): boolean => phase.startsWith('waiting');

const closed = (bar: Bar, at: string, end: Bar['end']): Bar => ({
  ...bar,
  to: at,
  end,
  phases: bar.phases.map((phase) => ({ ...phase, to: phase.to ?? at })),
});

const inPhase = (bar: Bar, name: string, at: string): Bar => ({
  ...bar,
  phases: [
    ...bar.phases.map((phase) => ({ ...phase, to: phase.to ?? at })),
    { name, waiting: isWait(name), from: at, to: null },
  ],
});

const ENDS: Partial<Record<RunEvent['type'], Bar['end']>> = {
  'build.finished': 'done',
  'build.failed': 'failed',
  'build.cancelled': 'cancelled',
  'build.lost': 'lost',
  'index.dropped': 'done',
  'drop.failed': 'failed',
};

/** Every attempt at building or dropping an index, in the order of their beginnings. */
export const timeline = (events: readonly RunEvent[], { plan }: RunState): Bar[] => {
  const steps = runnableSteps(plan);
  const bars: Bar[] = [];
  /** Where the last bar of each step is. */
  const last = new Map<number, number>();
  const change = (step: number, how: (bar: Bar) => Bar): void => {
    const at = last.get(step);
    const bar = at === undefined ? undefined : bars[at];
    if (at !== undefined && bar !== undefined) bars[at] = how(bar);
  };
  for (const event of events) {
    if (event.type === 'build.started' || event.type === 'drop.started') {
      const { step, at } = event;
      const known = steps[step];
      last.set(step, bars.length);
      bars.push({
        step: step + 1,
        section: (known?.section ?? 0) + 1,
        name: event.name || (known === undefined ? '' : stepName(known.step)),
        work: event.type === 'build.started' ? 'build' : 'drop',
        attempt: event.type === 'build.started' ? event.attempt : 1,
        from: at,
        to: null,
        end: 'open',
        phases: [],
      });
    } else if (event.type === 'build.phase_entered') {
      change(event.step, (bar) => (bar.to === null ? inPhase(bar, event.phase, event.at) : bar));
    } else {
      const end = ENDS[event.type];
      // What was lost may be found finished later: the bar goes on to there.
      if (end !== undefined && 'step' in event)
        change(event.step, (bar) => (bar.to === null || bar.end === 'lost' ? closed(bar, event.at, end) : bar));
    }
  }
  return bars;
};
