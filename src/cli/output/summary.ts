import { type Finding, type PreflightSummary, summaryLines } from '../../run/index.ts';
import { cut } from '../../ui/model/row.ts';

const WIDTH = 80;
const WORD = 8;

/** What preflight comes to, on one screen of 80 columns; details follow it. */
export const describeSummary = (summary: PreflightSummary, findings: readonly Finding[]): string[] =>
  summaryLines(summary, findings).map(({ word, text }) => cut(`  ${word.padEnd(WORD)} ${text}`, WIDTH).trimEnd());
