import type { EventType, RunEvent, RunOptions } from './events.ts';
import type { RunState } from './state.ts';

const PROBE_EVENTS = [
  'probe.measured',
  'analyze.started',
  'analyze.finished',
  'statements.read',
] as const satisfies EventType[];

/** An event about what is measured before and after. */
export type ProbeEvent = Extract<RunEvent, { type: (typeof PROBE_EVENTS)[number] }>;

export const isProbeEvent = (event: RunEvent): event is ProbeEvent =>
  (PROBE_EVENTS as readonly string[]).includes(event.type);

type Measurements = Pick<RunState, 'probes' | 'analyzed' | 'statements'>;

export const notMeasured = ({ probes }: RunOptions): Measurements => ({
  probes: (probes ?? []).map((probe) => ({ probe, before: null, after: null })),
  analyzed: [],
  statements: { before: null, after: null },
});

/** Something is built again: what was measured after is not what will be. What was measured before stays. */
export const forgetAfter = (state: RunState): Measurements => ({
  probes: state.probes.map((each) => ({ ...each, after: null })),
  analyzed: [],
  statements: { ...state.statements, after: null },
});

const measured = (
  state: RunState,
  event: Extract<ProbeEvent, { type: 'probe.measured' }>,
): Pick<RunState, 'probes'> => {
  const { seq: _seq, run: _run, type: _type, ...measurement } = event;
  const key = event.when === 'rolled-back' ? 'rolledBack' : event.when;
  return {
    probes: state.probes.map((each, at) => (at === event.probe ? { ...each, [key]: measurement } : each)),
  };
};

/** What an event about measuring changes in the run. */
export const evolveProbes = (state: RunState, event: ProbeEvent): Partial<RunState> => {
  switch (event.type) {
    case 'probe.measured':
      return measured(state, event);
    case 'analyze.started': {
      const { schema, table } = event;
      return { analyzed: [...state.analyzed, { schema, table, durationMs: null, error: null }] };
    }
    case 'analyze.finished': {
      const { schema, table, durationMs, error } = event;
      const others = state.analyzed.filter((each) => each.schema !== schema || each.table !== table);
      return { analyzed: [...others, { schema, table, durationMs, error }] };
    }
    case 'statements.read': {
      const { when, statements, statsReset, why } = event;
      return { statements: { ...state.statements, [when]: { when, statements, statsReset, why } } };
    }
  }
};
