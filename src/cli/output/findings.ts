import { findingSentence } from '../../plan/findings/sentence.ts';
import type { Finding, Level } from '../../plan/types.ts';
import { sideBySideLines } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';

const LABEL: Readonly<Record<Level, string>> = { ok: 'ok', note: 'note', warning: 'WARNING', blocks: 'BLOCKS' };
/** Columns for what stands side by side, so that its marks stay under what they mark; less on a narrow terminal. */
const WIDTH = 87;
const BESIDE = ' '.repeat(13);
const ORDER: readonly Level[] = ['blocks', 'warning', 'note', 'ok'];

/** One finding as lines: what, with its place and code, definitions and values that show it, why it matters and what to do. */
const findingLines = (finding: Finding, width: number | null): string[] => {
  const place = finding.place === undefined ? '' : ` (${plainText(finding.place.file)}, line ${finding.place.line})`;
  const more = [finding.why, finding.advice]
    .filter((text) => text !== '')
    .map((text) => `           ${plainText(text)}`);
  const { compare, examples = [] } = finding;
  const beside =
    compare === undefined
      ? []
      : sideBySideLines(compare, Math.min(WIDTH, (width ?? Number.POSITIVE_INFINITY) - BESIDE.length)).map(({ text }) =>
          plainText(text),
        );
  const label = finding.waived ? 'WAIVED' : LABEL[finding.level];
  return [
    `  ${label.padEnd(8)} ${findingSentence(plainText(finding.what), place)} [${plainText(finding.code)}]`,
    ...[...beside, ...examples.map(plainText)].map((line) => `${BESIDE}${line}`),
    ...more,
  ];
};

/** Findings by level, what blocks first. `width`: of the terminal, null when there is none. */
export const describeFindings = (findings: readonly Finding[], width: number | null = null): string[] =>
  ORDER.flatMap((level) => findings.filter((finding) => finding.level === level)).flatMap((finding) =>
    findingLines(finding, width),
  );
