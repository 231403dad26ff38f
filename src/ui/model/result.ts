import {
  differenceCount,
  isStuck,
  planned,
  type RollbackState,
  type RunEvent,
  type RunState,
  type StepState,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { stepName } from '../../run/steps.ts';
import { SYMBOL } from '../theme.ts';
import { bytes, clockTime, plural, since } from './format.ts';
import { impactRows, probeRows, verdictRows } from './measured.ts';
import { sizeBefore } from './progress.ts';
import { type Row, row, seg, type Tone, textWidth, wrapText } from './row.ts';

/** Why the run has ended and this step still waits for its turn. */
const whyQueued = (state: RunState, step: StepState): string => {
  if (isStuck(state, step)) return 'something that it needs has failed or was left out';
  // An attempt may have been cut short.
  return step.attempt > 0 && step.note !== null ? step.note : 'the run ended before it began';
};

/** What became of one step, in words. */
export interface Outcome {
  name: string;
  symbol: string;
  tone: Tone;
  text: string;
  good: boolean;
}

const took = (step: StepState): string =>
  step.startedAt === null || step.finishedAt === null
    ? ''
    : ` ${step.unwatched ? 'within' : 'in'} ${clockTime(since(step.startedAt, Date.parse(step.finishedAt)))}`;

/** What verification says of an index; without a verification nothing is ticked as right. */
const verified = (state: RunState, step: StepState): { ok: boolean; text: string } => {
  const { kind } = step.step;
  const isVerified = kind === 'create-index' || kind === 'drop-index' || (kind === 'reindex' && step.oid !== null);
  if (!isVerified || state.verify === null) return { ok: true, text: '' };
  const result = state.verify.results.find((one) => one.step === step.id);
  if (result === undefined) return { ok: true, text: ', not verified' };
  return result.ok
    ? { ok: true, text: ', verified' }
    : { ok: false, text: `, but ${result.problems.map(plainText).join('; ')}` };
};

const DONE: Partial<Record<StepState['step']['kind'], string>> = {
  'create-index': 'built',
  'drop-index': 'dropped',
  'rename-index': 'renamed',
  reindex: 'rebuilt',
};

/** What was attached is dropped with the index that it was attached to. */
const isUndone = (state: RunState, { step, parent }: StepState): boolean =>
  step.kind === 'attach-partition' && parent !== null && state.steps[parent]?.status === 'dropped';

/** What was built to take another one's place is told of by the name that it has got. */
const nameOf = (state: RunState, { id, step }: StepState): string => {
  if (step.kind !== 'create-index' || step.replaces === undefined) return stepName(step);
  const renamed = state.steps.some(
    (each) => each.step.kind === 'rename-index' && each.step.from === step.name && each.status === 'done',
  );
  const name = state.created.find((index) => index.step === id)?.name;
  return name ?? (renamed ? step.replaces : step.name);
};

export const outcomeOf = (state: RunState, step: StepState): Outcome => {
  const only = step.parent !== null && step.step.kind === 'create-index' && step.step.only ? ' (ON ONLY)' : '';
  const name = `${plainText(nameOf(state, step))}${only}`;
  const size = step.bytes === null ? '' : `, ${bytes(step.bytes)}${sizeBefore(step)}`;
  const check = verified(state, step);
  const fine = {
    symbol: check.ok ? SYMBOL.done : SYMBOL.failed,
    tone: check.ok ? 'ok' : 'bad',
    good: check.ok,
  } as const;
  switch (step.status) {
    case 'done':
      if (isUndone(state, step)) return { name, ...fine, text: 'gone with its index' };
      return {
        name,
        ...fine,
        text: `${DONE[step.step.kind] ?? 'done'}${took(step)}${size}${check.text}`,
      };
    case 'equal':
      if (step.step.kind === 'drop-index') return { name, ...fine, text: 'was not there' };
      if (step.step.kind === 'reindex') return { name, ...fine, text: plainText(step.note ?? 'nothing to do') };
      return { name, ...fine, text: `was there already${size}${check.text}` };
    case 'failed': {
      const why = step.error?.message ?? step.note ?? 'no reason given';
      return {
        name,
        symbol: SYMBOL.failed,
        tone: 'bad',
        good: false,
        text: `FAILED: ${plainText(why)}${step.advice ? `. ${plainText(step.advice)}` : ''}`,
      };
    }
    case 'dropped':
      return {
        name,
        symbol: step.note === null ? SYMBOL.done : SYMBOL.skipped,
        tone: step.note === null ? 'ok' : 'warn',
        good: step.note === null,
        text: step.note === null ? 'dropped again' : `gone: ${plainText(step.note)}`,
      };
    case 'rebuilt':
      return {
        name,
        ...fine,
        text: step.step.kind === 'rename-index' ? 'renamed back' : `built again as it was${took(step)}${size}`,
      };
    case 'skipped':
      return {
        name,
        symbol: SYMBOL.skipped,
        tone: 'warn',
        good: false,
        text: `skipped${step.note === null ? '' : `: ${plainText(step.note)}`}`,
      };
    case 'queued':
      return {
        name,
        symbol: SYMBOL.queued,
        tone: 'warn',
        good: false,
        text: `not ${DONE[step.step.kind] ?? 'built'}: ${plainText(whyQueued(state, step))}`,
      };
    default:
      return {
        name,
        symbol: SYMBOL.alarm,
        tone: 'bad',
        good: false,
        text: `left ${step.status}: what became of it is not known, look at the catalog`,
      };
  }
};

/** The counts of a finished run in one sentence. */
export const tally = (state: RunState): string => {
  const indexes = planned(state).filter((step) => step.step.kind === 'create-index');
  // One that lacks a part has failed with it.
  const standing = (step: StepState) => (isStuck(state, step) ? 'failed' : step.status);
  const count = (status: StepState['status']): number => indexes.filter((step) => standing(step) === status).length;
  const rest = indexes.length - count('done') - count('equal') - count('failed') - count('skipped') - count('dropped');
  return [
    `${plural(count('done'), 'index', 'indexes')} built`,
    count('equal') > 0 ? `${count('equal')} there already` : '',
    count('failed') > 0 ? `${count('failed')} FAILED` : '',
    count('skipped') > 0 ? `${count('skipped')} skipped` : '',
    count('dropped') > 0 ? `${count('dropped')} dropped again` : '',
    state.reindexed.length > 0 ? `${state.reindexed.length} rebuilt` : '',
    rest > 0 ? `${rest} ${state.outcome === null ? 'to go' : 'not built'}` : '',
  ]
    .filter(Boolean)
    .join(', ');
};

const verifiedWord = (state: RunState): { text: string; tone: Tone } => {
  if (state.rollback !== null) return rollbackWord(state.rollback, state.created);
  if (state.verify === null) return { text: 'not verified', tone: 'warn' };
  return state.verify.ok
    ? { text: 'verified against the plan', tone: 'ok' }
    : { text: 'verification FAILED', tone: 'bad' };
};

const rollbackWord = (
  { finishedAt, differences }: RollbackState,
  created: RunState['created'],
): { text: string; tone: Tone } => {
  if (finishedAt === null) return { text: 'the way back did not come to its end', tone: 'bad' };
  if (differences === null) return { text: 'no list of what was there before to compare with', tone: 'warn' };
  const others = differenceCount(differences);
  return others === 0
    ? {
        text: `the catalog is as before the run${created.length === 0 ? '' : ', apart from what stays of it'}`,
        tone: 'ok',
      }
    : { text: `others changed ${plural(others, 'index', 'indexes')} meanwhile`, tone: 'warn' };
};

/** What a rollback did not touch, and what others changed meanwhile. */
const rollbackRows = (state: RunState, width: number): Row[] => {
  const { rollback } = state;
  if (rollback === null) return [];
  const { left, differences } = rollback;
  const named = (what: string, indexes: readonly { schema: string; name: string; oid: number }[]): string[] =>
    indexes.map(({ schema, name, oid }) => `${what} ${schema}.${name} (oid ${oid})`);
  const texts = [
    ...left.map(({ schema, name, oid, why }) => `left ${schema}.${name} (oid ${oid}): ${why}`),
    ...named('made by somebody else:', differences?.added ?? []),
    ...named('gone, not by this run:', differences?.missing ?? []),
    ...named('valid before and not now, or the other way round:', differences?.changed ?? []),
  ];
  return texts.flatMap((text) =>
    wrapText(plainText(text), Math.max(10, width - 3)).map((part) => row(seg(` ${part}`, 'warn'))),
  );
};

/** The counts and what was checked, on one row where they fit. */
const sumRows = (counts: string, check: { text: string; tone: Tone }, width: number): Row[] =>
  textWidth(counts) + textWidth(check.text) + 3 <= width
    ? [row(` ${counts}; `, seg(check.text, check.tone))]
    : [
        ...wrapText(counts, Math.max(10, width - 1)).map((text) => row(` ${text}`)),
        ...wrapText(check.text, Math.max(10, width - 1)).map((text) => row(seg(` ${text}`, check.tone))),
      ];

/** The result, index by index, what is not right first; of the events, how production fared. */
export const resultRows = (state: RunState, width: number, events: readonly RunEvent[] = []): Row[] => {
  const { outcome } = state;
  const outcomes = state.steps.filter(({ gone }) => !gone).map((step) => outcomeOf(state, step));
  const check = verifiedWord(state);
  const todo = outcome?.leftToDo ?? [];
  const line = (one: Outcome): Row[] => {
    const room = Math.max(10, width - 3 - 2);
    const [head = '', ...more] = wrapText(`${one.name}  ${one.text}`, room);
    return [
      row(seg(` ${one.symbol} `, one.tone), seg(head, one.good ? 'plain' : one.tone)),
      ...more.map((text) => row(seg(`     ${text}`, one.tone))),
    ];
  };
  return [
    ...wrapText(
      `status ${outcome?.status ?? '?'}: ${plainText(outcome?.reason ?? 'not finished')}`,
      Math.max(10, width - 3),
    ).map((text, at) => row(seg(`${at === 0 ? ' ' : '   '}${text}`, outcome?.status === 0 ? 'ok' : 'bad'))),
    ...sumRows(tally(state), check, width),
    ...todo.flatMap((text) =>
      wrapText(plainText(text), Math.max(10, width - 8)).map((part, at) =>
        row(seg(at === 0 ? ' to do: ' : '        ', 'warn'), part),
      ),
    ),
    ...rollbackRows(state, width),
    ...outcomes.filter((one) => !one.good).flatMap(line),
    ...(state.rollback === null ? verdictRows(state, width) : []),
    ...(state.rollback === null ? probeRows(state, width) : []),
    ...(state.rollback === null ? impactRows(events, width) : []),
    // What validation queries said was said before the way back.
    ...(state.rollback === null ? validationRows(state) : []),
    ...outcomes.filter((one) => one.good).flatMap(line),
  ];
};

const validationRows = (state: RunState): Row[] =>
  state.validations.map(({ line, kind, result }) => {
    if (result === null) return row(seg(` ${SYMBOL.queued} validation, line ${line} (${kind}): not run`, 'dim'));
    return result.ok
      ? row(
          seg(` ${SYMBOL.done} `, 'ok'),
          `validation, line ${line} (${kind}): ${plural(result.rows.length, 'row')}${result.more ? ' and more' : ''} in ${result.durationMs.toFixed(0)} ms`,
        )
      : row(
          seg(
            ` ${SYMBOL.failed} validation, line ${line} (${kind}): FAILED: ${plainText(result.error?.message ?? 'no reason given')}`,
            'bad',
          ),
        );
  });
