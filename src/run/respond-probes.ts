import type { EventBody, ProbeMeasured, ProbeVerdict } from './events.ts';
import type { Input } from './inputs.ts';
import { judgeProbe, type ProbeContext, worthAnalyzing } from './probes/judge.ts';
import type { Phase, RunState } from './state.ts';

type Of<K extends Input['kind']> = Extract<Input, { kind: K }>;

const contextOf = (state: RunState): ProbeContext => ({
  tables: state.tables,
  analyzed: state.analyzed,
  built: state.created.map(({ name }) => name),
});

const PHASES: Readonly<Record<ProbeMeasured['when'], Phase>> = {
  before: 'running',
  after: 'verifying',
  'rolled-back': 'rolling-back',
};

/** A probe was measured. What came too late, since something is being built again or it is over, is forgotten. */
export const probed = (state: RunState, input: Of<'probed'>): EventBody[] => {
  const { probe: at, when, attempt, measurement } = input;
  const each = state.probes[at];
  if (each === undefined || state.phase !== PHASES[when]) return [];
  const { probe, before } = each;
  const measured = (verdict: ProbeVerdict | null): EventBody[] => [
    { type: 'probe.measured', probe: at, name: probe.name, when, attempt, verdict, ...measurement },
  ];
  if (when !== 'after') return measured(null);
  const again = attempt === 1 && measurement.error === null && worthAnalyzing(probe, measurement, state).length > 0;
  return measured(again ? null : judgeProbe(probe, before, measurement, contextOf(state)));
};

/** An ANALYZE for a probe has ended, well or not. */
export const analyzed = (state: RunState, { table }: Of<'analyzed'>): EventBody[] =>
  state.analyzed.some((each) => each.schema === table.schema && each.table === table.table)
    ? [{ type: 'analyze.finished', ...table }]
    : [];
