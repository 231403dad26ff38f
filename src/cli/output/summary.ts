import { type Finding, type PreflightSummary, summaryLines } from '../../run/index.ts';
import { cut } from '../../ui/model/row.ts';

const WORD = 8;

/** What preflight comes to, a line for each thing: cut to the terminal, whose details follow it, and whole without one. */
export const describeSummary = (
  summary: PreflightSummary,
  findings: readonly Finding[],
  width: number | null = null,
): string[] =>
  summaryLines(summary, findings).map(({ word, text }) => {
    const line = `  ${word.padEnd(WORD)} ${text}`.trimEnd();
    return width === null ? line : cut(line, width);
  });
