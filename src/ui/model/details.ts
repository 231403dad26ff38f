import { describeError, describeFound } from '../../run/describe.ts';
import {
  bytesRange,
  estimateOf,
  leavesOf,
  type RunState,
  type Sample,
  type StepState,
  stepEstimate,
  timeRange,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { stepName } from '../../run/steps.ts';
import { backendLine } from './blockers.ts';
import { bytes, clockTime, timeOfDay } from './format.ts';
import { stepMark } from './words.ts';

const at = (iso: string | null): string => (iso === null ? 'not yet' : `${timeOfDay(iso)} UTC`);

const target = (step: StepState): string => {
  if (step.step.kind !== 'create-index') return step.step.kind;
  const { schema, table, method, unique } = step.step;
  return `${unique ? 'unique ' : ''}${plainText(method)} index on ${schema === null ? '' : `${plainText(schema)}.`}${plainText(table)}`;
};

/** What was expected of it, refined by the builds before it, and by the run of --matches. */
const expectations = (state: RunState, step: StepState): string[] => {
  const estimate = estimateOf(state, step.id);
  if (estimate === undefined) return [];
  const { bytes: size, tempBytes, elsewhere, why, by } = estimate;
  const ms = stepEstimate(state, step.id);
  const leaves = leavesOf(state, step.id).length;
  const parts = [
    ...(size === null ? [] : [bytesRange(size)]),
    ...(ms === null ? [] : [`${timeRange(ms)} without waits`]),
    ...(tempBytes === null || tempBytes.high === 0 ? [] : [`up to ${bytes(tempBytes.high)} of temporary files`]),
    ...(elsewhere === undefined ? [] : [`${timeRange(elsewhere)} by the run of --matches`]),
  ];
  return [
    parts.length === 0
      ? ''
      : `expected, by ${by === 'sample' ? 'a sample' : 'statistics'}${leaves === 0 ? '' : `, its ${leaves} parts together`}: ${parts.join(', ')}`,
    why === null ? '' : `not known: ${plainText(why)}`,
  ];
};

/** What the script's comments say under the section's heading. */
const notesOf = ({ plan }: RunState, section: number): string[] => {
  const notes = plan.sections[section]?.notes ?? [];
  return notes.length === 0 ? [] : ['what the script says of it:', ...notes.map((note) => `  ${plainText(note)}`)];
};

/** A section's title, and everything about it, as lines of text. */
export const sectionDetails = (state: RunState, index: number): string[] => {
  const section = state.sections[index];
  if (section === undefined) return [];
  const steps = state.steps.filter((step) => step.section === index);
  const count = (...wanted: StepState['status'][]) => steps.filter(({ status }) => wanted.includes(status)).length;
  const counts = [
    `${count('done', 'equal')} of ${steps.length} done`,
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
    ...(count('skipped') > 0 ? [`${count('skipped')} left out`] : []),
  ];
  return [
    `Section ${index + 1}: ${plainText(section.title)}`,
    `${plainText(state.plan.sections[index]?.file ?? '')}:${section.line}, ${counts.join(', ')}`,
    `began ${at(section.startedAt)}, ended ${at(section.finishedAt)}`,
    ...(section.byTable ? ['it stands for a table: tables are worked on at the same time'] : []),
    ...notesOf(state, index),
  ];
};

/** Everything about one step, as lines of text. */
export const stepDetails = (state: RunState, step: StepState, sample: Sample | null): string[] => {
  const live = sample?.builds.find((build) => build.step === step.id);
  const table = state.tables.find((one) => one.oid === step.tableOid);
  const lines = [
    `${target(step)}: ${stepMark(step, live).word}`,
    table === undefined
      ? ''
      : `table: about ${table.rows ?? 'unknown'} rows, ${table.bytes === null ? 'size unknown' : bytes(table.bytes)}`,
    `section ${step.section + 1}, ${plainText(step.step.file)}:${step.step.line}`,
    ...expectations(state, step),
    ...notesOf(state, step.section),
    step.attempt === 0 ? '' : `attempt ${step.attempt}, began ${at(step.startedAt)}, ended ${at(step.finishedAt)}`,
    step.backend === null ? '' : `backend: pid ${step.backend.pid}`,
    step.oid === null ? '' : `made by this run: oid ${step.oid}${step.bytes === null ? '' : `, ${bytes(step.bytes)}`}`,
    live?.phase == null ? '' : `phase: ${plainText(live.phase)}, for ${clockTime(live.phaseS * 1000)}`,
    step.retryAt === null ? '' : `tried again at ${at(step.retryAt)}`,
    step.error === null ? '' : `error: ${describeError(step.error)}`,
    step.advice === null || step.advice === '' ? '' : `what to do: ${plainText(step.advice)}`,
    step.note === null ? '' : `note: ${plainText(step.note)}`,
    step.found === null ? '' : `found: ${describeFound(step.found)}`,
    ...(live === undefined || live.blockers.length === 0
      ? []
      : ['waits on:', ...live.blockers.map((one) => `  ${backendLine(one, state)}`)]),
    ...(live === undefined || live.blocks.length === 0
      ? []
      : [`sessions that wait for it: pid ${live.blocks.join(', ')}`]),
    `statement: ${plainText(step.step.kind === 'create-index' ? step.step.buildSql : step.step.sql)}`,
  ];
  return lines.filter((line) => line !== '');
};

export const stepTitle = (step: StepState): string => plainText(stepName(step.step));
