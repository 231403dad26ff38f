import type { Finding, RunState } from '../../run/index.ts';

const withoutExamples = ({ examples: _, ...finding }: Finding): Finding => finding;

/** What preflight said last, or without it the plan's own reading; the values of rows in it only where they are to be kept. */
export const findings = (state: RunState, keepLiterals: boolean): Finding[] => {
  const all = state.preflight?.findings ?? state.plan.findings;
  return keepLiterals ? [...all] : all.map(withoutExamples);
};
