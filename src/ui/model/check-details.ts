import { describeFound } from '../../run/describe.ts';
import { CODES, type RunState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import type { CheckItem } from './checklist.ts';
import { timeOfDay } from './format.ts';

const MARKS: Readonly<Record<NonNullable<CheckItem['mark']>, string>> = {
  new: 'new since',
  cleared: 'cleared at',
  waived: 'waived with --ignore',
};

const standing = ({ mark, at, finding }: CheckItem): string => {
  const time = at === null ? '' : ` ${timeOfDay(at)} UTC`;
  return `${finding.level}${mark === null ? '' : `; ${MARKS[mark]}${mark === 'waived' ? '' : time}`}`;
};

/** Whether it could be waived, from the table of codes; a code of another version is not in it. */
const waiverText = ({ code, level, waived }: CheckItem['finding']): string => {
  const waiver = CODES.get(code)?.waiver;
  if (waiver === undefined || (level !== 'blocks' && !waived)) return '';
  return waiver.may ? `can be waived with --ignore ${code}: ${waiver.then}` : `cannot be waived: ${waiver.because}`;
};

/** The planned index that it is about: its place in the plan, what stands there, its statement. */
const planned = (state: RunState, { index, place }: CheckItem['finding']): string[] => {
  const where = place === undefined ? '' : `place in the plan: ${plainText(place.file)}, line ${place.line}`;
  const step = state.steps.find(
    ({ step: each }) =>
      each.kind === 'create-index' && each.name === index && (place === undefined || each.line === place.line),
  );
  if (step === undefined || step.step.kind !== 'create-index') return [where];
  const found = state.preflight?.steps.find((each) => each.step === step.id)?.found ?? null;
  const section = state.sections[step.section]?.title ?? '';
  return [
    `${where}, section ${step.section + 1} ${plainText(section)}`,
    found === null ? '' : `stands there: ${describeFound(found)}`,
    `statement: ${plainText(step.step.buildSql)}`,
  ];
};

/** Everything about one line of the checklist, as lines of text. */
export const checkDetails = (state: RunState, item: CheckItem): string[] => {
  const { finding } = item;
  const { compare, examples = [] } = finding;
  const lines = [
    plainText(finding.what),
    ...(compare === undefined ? [] : [`planned: ${plainText(compare.planned)}`, `there: ${plainText(compare.found)}`]),
    ...examples.map(plainText),
    finding.why === '' ? '' : `why: ${plainText(finding.why)}`,
    finding.advice === '' ? '' : `what to do: ${plainText(finding.advice)}`,
    ...planned(state, finding),
    standing(item),
    waiverText(finding),
  ];
  return lines.filter((line) => line !== '');
};
