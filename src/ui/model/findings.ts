import { type Finding, type Level, planned, type RunState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { SYMBOL } from '../theme.ts';
import { plural } from './format.ts';
import { fitRow, type Row, row, seg, type Tone, wrapText } from './row.ts';

const LEVELS: { level: Level; title: string; symbol: string; tone: Tone }[] = [
  {
    level: 'blocks',
    title: 'BLOCKS: nothing can be built before this is dealt with',
    symbol: SYMBOL.failed,
    tone: 'bad',
  },
  { level: 'warning', title: 'WARNING: it can go on, but look at this first', symbol: SYMBOL.alarm, tone: 'warn' },
  { level: 'note', title: 'NOTE', symbol: SYMBOL.skipped, tone: 'info' },
  { level: 'ok', title: 'OK', symbol: SYMBOL.done, tone: 'ok' },
];

const indented = (text: string, lead: string, width: number, tone: Tone): Row[] =>
  wrapText(text, Math.max(8, width - lead.length)).map((line, at) =>
    row(seg(at === 0 ? lead : ' '.repeat(lead.length)), seg(line, tone)),
  );

const findingRows = (finding: Finding, symbol: string, tone: Tone, width: number): Row[] => {
  const place = finding.place === undefined ? '' : ` (${plainText(finding.place.file)}:${finding.place.line})`;
  return [
    ...indented(`${plainText(finding.what)}${place}`, ` ${symbol} `, width, tone),
    ...(finding.why === '' ? [] : indented(plainText(finding.why), '     why: ', width, 'dim')),
    ...(finding.advice === '' ? [] : indented(plainText(finding.advice), '     do:  ', width, 'plain')),
  ];
};

const planRow = (state: RunState): Row => {
  const indexes = planned(state).filter((step) => step.step.kind === 'create-index').length;
  const files = state.plan.files.map(plainText).join(', ');
  return row(
    seg(
      ` ${files}: ${plural(indexes, 'index', 'indexes')} in ${plural(state.sections.length, 'section')}, up to ${state.jobs} at a time`,
      'strong',
    ),
  );
};

/** The whole checklist: what preflight and the plan's own reading say, the worst first, each with why and what to do. */
export const findingsRows = (state: RunState, width: number): Row[] => {
  if (state.preflightError !== null) {
    const { error, advice } = state.preflightError;
    return [
      planRow(state),
      ...indented(`preflight could not look: ${plainText(error.message)}`, ` ${SYMBOL.failed} `, width, 'bad'),
      ...(error.detail === null ? [] : indented(plainText(error.detail), '     ', width, 'plain')),
      ...indented(plainText(advice), '     do:  ', width, 'plain'),
    ].map((line) => fitRow(line, width));
  }
  const findings = state.preflight?.findings ?? state.plan.findings;
  const groups = LEVELS.flatMap(({ level, title, symbol, tone }) => {
    const group = findings.filter((finding) => finding.level === level);
    return group.length === 0
      ? []
      : [
          row(seg(` ${title} (${group.length})`, tone)),
          ...group.flatMap((finding) => findingRows(finding, symbol, tone, width)),
        ];
  });
  const looking =
    state.phase === 'preflight'
      ? [row(seg(` ${SYMBOL.working} looking at the server, the tables and what stands there already`, 'info'))]
      : [];
  const building = state.purpose === 'deploy' ? (state.preflight?.settings ?? []) : [];
  const settings = building.flatMap(({ name, value, why }) =>
    indented(`${plainText(name)} = ${plainText(value)}: ${plainText(why)}`, ' set ', width, 'dim'),
  );
  return [planRow(state), ...looking, ...groups, ...settings].map((line) => fitRow(line, width));
};
