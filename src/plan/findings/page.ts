import { CODE_GROUPS } from './codes.ts';
import type { CodeEntry } from './entry.ts';
import { PROBLEM_CODES } from './problems.ts';

const OPENING = `# Findings

What \`check\`, \`deploy\`, \`resume\`, \`rollback\` and \`restore\` may say before anything is done, by code. The code stands in brackets
behind each finding, and as \`code\` in JSON: it does not change between versions. This page is made of the table that the
program itself goes by; \`node scripts/write-findings-page.ts\` writes it.

**blocks**: nothing is built before it is dealt with. **warning**: it can go on, but look at this first. **note**: good to
know. **ok**: looked at, and as it should be.

\`--ignore CODE\` (\`check\`, \`deploy\`, \`resume\`; \`ignore: [CODE]\` in indexdeck.yaml) waives what blocks, where that can be sane:
the finding stays, marked as waived, and no longer blocks. It is on record in the run's options, its findings and its report.
Where a code cannot be waived, it says why.
`;

const waiverText = ({ waiver }: CodeEntry): string => {
  if (waiver === undefined) return '';
  return waiver.may ? `\n- Can be waived: ${waiver.then}` : `\n- Cannot be waived: ${waiver.because}`;
};

const entryText = (code: string, entry: CodeEntry): string => {
  const head = `### \`${code}\`\n\n${entry.levels.join(', ')}. ${entry.what}\n`;
  if (entry.why === undefined) return head;
  return `${head}\n- Why: ${entry.why}\n- Do: ${entry.fix}${waiverText(entry)}\n`;
};

const problemText = ([code, { what, fix }]: [string, { what: string; fix: string }]): string =>
  `### \`${code}\`\n\n${what}\n\n- Do: ${fix}\n`;

/** The page about findings, as Markdown. Pure. */
export const findingsPage = (): string =>
  [
    OPENING,
    ...CODE_GROUPS.flatMap(({ title, codes }) => [
      `## ${title}\n`,
      ...Object.entries(codes).map(([code, entry]) => entryText(code, entry)),
    ]),
    '## Problems of a file\n\nThey make a file no plan: it is refused as a whole, with status 2, and nothing is sent. None can be waived.\n',
    ...Object.entries(PROBLEM_CODES).map(problemText),
  ].join('\n');
