import { hasBegun } from '../decide-probes.ts';
import type { ProbeMeasured } from '../events.ts';
import type { RunState } from '../state.ts';
import { WHEN } from './text.ts';

/** What of measuring is under way, and builds, or the end of the run, wait for. */
export interface Measuring {
  what: 'probe' | 'analyze';
  /** The probe's number, from 0, and its name; of an ANALYZE that of the table. */
  probe: number;
  name: string;
  of: number;
  when: ProbeMeasured['when'];
}

/** What is being measured; null when nothing is. Of the events alone, as everything that a screen shows. */
export const measuring = (state: RunState): Measuring | null => {
  if (state.pauses.length > 0 || state.refusedServer !== null || state.recheckDue !== null) return null;
  const of = state.probes.length;
  const about = (probe: number, when: ProbeMeasured['when']): Measuring | null => {
    const each = state.probes[probe];
    return each === undefined ? null : { what: 'probe', probe, name: each.probe.name, of, when };
  };
  if (state.phase === 'running' && state.baseline !== null && !hasBegun(state))
    return about(
      state.probes.findIndex(({ before }) => before === null),
      'before',
    );
  if (state.phase === 'rolling-back' && state.rollback?.probe && state.rollback.finishedAt !== null)
    return about(
      state.probes.findIndex(({ rolledBack }) => rolledBack === undefined),
      'rolled-back',
    );
  if (state.phase !== 'verifying' || state.verify === null) return null;
  const open = about(
    state.probes.findIndex(({ after }) => after === null || after.verdict === null),
    'after',
  );
  const table = state.analyzed.find(({ durationMs }) => durationMs === null);
  return open !== null && table !== undefined
    ? { ...open, what: 'analyze', name: `${table.schema}.${table.table}` }
    : open;
};

const NEXT: Readonly<Record<ProbeMeasured['when'], string>> = {
  before: 'the first build waits for it',
  after: 'every index is built',
  'rolled-back': 'all is dropped',
};

/** In words: what is measured, and what waits for it. Not stripped of control characters. */
export const describeMeasuring = ({ what, probe, name, of, when }: Measuring): string => {
  if (what === 'analyze') return `analyzing ${name}: a probe still reads it whole, and is then measured again`;
  const next = NEXT[when];
  return `measuring probe ${probe + 1}/${of}, ${name}, ${WHEN[when]}: ${next}`;
};
