import type { RollbackSurvey, SurveyedIndex } from '../../src/run/index.ts';
import type { Core } from './core.ts';

/** All that the run has created, valid and unused, with nothing against dropping it. `more`: what is otherwise with one. */
export const surveyOf = (
  core: Core,
  more: (index: { step: number }) => Partial<SurveyedIndex> = () => ({}),
): RollbackSurvey => ({
  indexes: core.state.created.map(({ step, oid, schema, name }) => ({
    step,
    oid,
    schema: schema ?? '',
    name,
    standing: 'valid',
    bytes: 8192,
    scans: 0,
    lastScan: null,
    kept: null,
    ...more({ step }),
  })),
  unfinished: [],
  statsReset: null,
});
