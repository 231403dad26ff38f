import { describeBack, describeProbe, planned, type RunState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { bytes, clockTime, plural, since } from './format.ts';
import { outcomeOf, tally } from './result.ts';

/** More names than this are counted, not listed: the summary is read at a glance. */
const MOST_LISTED = 80;

const builtLines = (state: RunState): string[] => {
  const built = planned(state).filter((step) => step.status === 'done' && step.step.kind === 'create-index');
  if (built.length === 0) return ['Built: nothing.'];
  const size = built.reduce((sum, step) => sum + (step.bytes ?? 0), 0);
  return [
    `Built (${built.length}, ${bytes(size)}):`,
    ...built.slice(0, MOST_LISTED).map((step) => `  ${outcomeOf(state, step).name}  ${outcomeOf(state, step).text}`),
    ...(built.length > MOST_LISTED ? [`  and ${built.length - MOST_LISTED} more`] : []),
  ];
};

const notBuiltLines = (state: RunState): string[] => {
  const bad = state.steps
    .filter(({ gone }) => !gone)
    .map((step) => outcomeOf(state, step))
    .filter((one) => !one.good);
  if (bad.length === 0) return [];
  return [
    `Not built, or not right (${bad.length}):`,
    ...bad.slice(0, MOST_LISTED).map((one) => `  ${one.name}  ${one.text}`),
    ...(bad.length > MOST_LISTED ? [`  and ${bad.length - MOST_LISTED} more`] : []),
  ];
};

/** What the queries that were measured have gained; after a rollback what they are again, where that was measured. */
const probeLines = ({ probes, rollback }: RunState): string[] => {
  const measured = rollback === null ? probes : probes.filter(({ rolledBack }) => rolledBack !== undefined);
  const describe = rollback === null ? describeProbe : describeBack;
  if (measured.length === 0) return [];
  return ['Measured:', ...measured.map((each) => plainText(`  ${each.probe.name}: ${describe(each)}`))];
};

/** What the way back has come to, and how to go on with it. */
const rollbackNext = ({ run, outcome, rollback }: RunState): string[] => [
  ...(rollback?.left ?? []).map(({ schema, name, oid, why }) =>
    plainText(`left ${schema}.${name} (oid ${oid}): ${why}`),
  ),
  ...(outcome?.status === 0 ? [] : [`indexdeck rollback ${run} goes on with what is left`]),
];

const nextLines = (state: RunState, abandoned: boolean): string[] => {
  const { outcome, run } = state;
  if (outcome === null && abandoned)
    return [
      'Next:',
      '  The engine is gone. Find out what became of what it had begun, and go on, with:',
      `  indexdeck ${state.rolledBack || state.purpose === 'rollback' ? 'rollback' : 'resume'} ${run}`,
    ];
  if (outcome === null) {
    const todo =
      state.approvedAt === null
        ? ['Nothing was changed in the database.']
        : ['The engine goes on without this screen. Come back with:', `indexdeck attach ${run}`];
    return ['Next:', ...todo.map((text) => `  ${text}`)];
  }
  const rest = outcome.status === 0 ? [] : [`to build what is missing: indexdeck resume ${run}`];
  const again = state.rollback !== null ? rollbackNext(state) : rest;
  const record = state.approvedAt === null ? [] : [`the whole record: indexdeck report ${run}`];
  const next = [...outcome.leftToDo.map(plainText), ...(state.approvedAt === null ? [] : again), ...record];
  return next.length === 0 ? [] : ['Next:', ...next.map((text) => `  ${text}`)];
};

/**
 * What stays in the scrollback when the screen is gone: what was built, what was not and why, what to do next. `abandoned`:
 * the engine is gone as well.
 */
export const summaryLines = (state: RunState, abandoned = false): string[] => {
  const { database, outcome } = state;
  const where = `${plainText(database.host)}/${plainText(database.database)}`;
  const began = state.approvedAt ?? state.startedAt;
  const took = state.finishedAt === null ? '' : ` after ${clockTime(since(began, Date.parse(state.finishedAt)))}`;
  const verified =
    state.rollback !== null
      ? ''
      : state.verify === null
        ? outcome === null
          ? ''
          : ' Not verified.'
        : state.verify.ok
          ? ' Verified against the plan.'
          : ' Verification FAILED.';
  const head =
    outcome === null
      ? `indexdeck run ${state.run} on ${where}: ${state.phase}, not finished.`
      : `indexdeck run ${state.run} on ${where}: status ${outcome.status}${took}: ${plainText(outcome.reason)}`;
  if (state.approvedAt === null) return [head, ...nextLines(state, abandoned)];
  const detail = outcome === null ? [] : [...builtLines(state), ...notBuiltLines(state), ...probeLines(state)];
  const done = state.sections.filter((section) => section.finishedAt !== null).length;
  // On the way back sections say nothing: it goes by what was built.
  const sections = state.rollback === null ? `; ${plural(state.sections.length, 'section')}, ${done} done` : '';
  return [head, `${tally(state)}${sections}.${verified}`, ...detail, ...nextLines(state, abandoned)];
};
