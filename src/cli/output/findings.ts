import type { Finding, Level } from '../../plan/types.ts';
import { sideBySideLines } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';

const LABEL: Readonly<Record<Level, string>> = { ok: 'ok', note: 'note', warning: 'WARNING', blocks: 'BLOCKS' };
/** Columns for what stands side by side, so that its marks stay under what they mark. */
const WIDTH = 87;
const ORDER: readonly Level[] = ['blocks', 'warning', 'note', 'ok'];

/** One finding as lines: what, with its place and code, definitions and values that show it, why it matters and what to do. */
const findingLines = (finding: Finding): string[] => {
  const place = finding.place === undefined ? '' : ` (${plainText(finding.place.file)}, line ${finding.place.line})`;
  const more = [finding.why, finding.advice]
    .filter((text) => text !== '')
    .map((text) => `           ${plainText(text)}`);
  const { compare, examples = [] } = finding;
  const beside = compare === undefined ? [] : sideBySideLines(compare, WIDTH).map(({ text }) => plainText(text));
  const label = finding.waived ? 'WAIVED' : LABEL[finding.level];
  return [
    `  ${label.padEnd(8)} ${plainText(finding.what)}${place} [${plainText(finding.code)}]`,
    ...[...beside, ...examples.map(plainText)].map((line) => `             ${line}`),
    ...more,
  ];
};

/** Findings by level, what blocks first. */
export const describeFindings = (findings: readonly Finding[]): string[] =>
  ORDER.flatMap((level) => findings.filter((finding) => finding.level === level)).flatMap(findingLines);
