import {
  bytes,
  countedText,
  differenceCount,
  indexesAndParts,
  moreOrFewer,
  type RunState,
  sortResults,
  tallied,
  type VerifyResult,
} from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Check = Report['checks'][number];
type Result = Check['result'];

const check = (code: string, what: string, result: Result, detail: string): Check => ({ code, what, result, detail });

const ratio = (good: number, all: number): Result => (good === all ? 'ok' : 'failed');

const goodOf = (good: readonly VerifyResult[], wanted: readonly VerifyResult[]): string => {
  const [is, all] = [tallied(good), tallied(wanted)];
  const parts = all.parts === 0 ? '' : `, and ${is.parts} of ${all.parts} parts on partitions`;
  return `${is.indexes} of ${all.indexes}${parts}`;
};

const verified = ({ verify }: RunState): Check[] => {
  const there = 'every planned index is there, valid, ready, and as planned';
  const sizes = 'no index has size 0';
  if (verify === null)
    return [check('indexes', there, 'unknown', 'not verified'), check('sizes', sizes, 'unknown', 'not verified')];
  const { results } = verify;
  const { planned, parts, dropped } = sortResults(results);
  const wanted = [...planned, ...parts];
  const good = wanted.filter(({ ok }) => ok);
  const gone = dropped.filter(({ ok }) => ok).length;
  const empty = wanted.filter((result) => result.bytes === 0).length;
  // An index of a partitioned table has no storage: its parts have.
  const unread = wanted.filter((result) => result.bytes === null && !result.partitioned).length;
  const size = results.reduce((sum, result) => sum + (result.bytes ?? 0), 0);
  const sum = `${bytes(size)} in all`;
  return [
    // Without a single result only the verdict on the whole is known.
    check(
      'indexes',
      there,
      verify.ok || wanted.length > 0 ? ratio(good.length, wanted.length) : 'failed',
      goodOf(good, wanted),
    ),
    ...(dropped.length === 0
      ? []
      : [
          check(
            'drops',
            'what the plan drops is gone',
            ratio(gone, dropped.length),
            `${gone} of ${indexesAndParts(dropped.length)}`,
          ),
        ]),
    empty > 0
      ? check('sizes', sizes, 'failed', `${empty} of size 0`)
      : unread > 0
        ? check('sizes', sizes, 'unknown', `${unread} without a size; ${sum}`)
        : check('sizes', sizes, 'ok', sum),
  ];
};

const rolledBack = ({ rollback }: RunState): Check[] => {
  if (rollback === null) return [];
  const gone = 'what was to be dropped is gone';
  const others = 'apart from that the indexes are as before the run';
  if (rollback.finishedAt === null)
    return [
      check('rolled-back', gone, 'unknown', 'not looked at'),
      check('as-before', others, 'unknown', 'not looked at'),
    ];
  const { dropped, left, differences } = rollback;
  const changed = differences === null ? 0 : differenceCount(differences);
  return [
    check(
      'rolled-back',
      gone,
      ratio(left.length, 0),
      `${countedText(dropped)} dropped, ${left.length === 0 ? 0 : countedText(left)} left`,
    ),
    differences === null
      ? check('as-before', others, 'unknown', 'no list of what was there before')
      : check('as-before', others, ratio(changed, 0), changed === 0 ? '' : `${changed} changed by others`),
  ];
};

/** What the verification says of numbers and names: only what it was asked. */
const counted = ({ verify }: RunState): Check[] => {
  if (verify === null) return [];
  const { verdict, rule = '', counts, critical = [] } = verify;
  const missing = critical.filter(({ ok }) => !ok);
  return [
    ...(verdict === undefined || counts == null
      ? []
      : [
          check(
            'count',
            'as many new indexes as there should be',
            verdict === 'pass' ? 'ok' : verdict === 'fail' ? 'failed' : 'unknown',
            `${moreOrFewer(counts.difference.idxIndexes)} named idx_${verdict === 'review' ? ', to be reviewed' : ''}: ${rule}`,
          ),
        ]),
    ...(critical.length === 0
      ? []
      : [
          check(
            'critical',
            'the critical indexes are there',
            ratio(missing.length, 0),
            missing.length === 0
              ? `${critical.length} of ${critical.length}`
              : missing.map(({ name, problem }) => `${name}: ${problem ?? 'failed'}`).join('; '),
          ),
        ]),
  ];
};

/** Before against after, for the probes alone: without any nobody has measured. */
const measured = (probes: Report['probes']): Check[] => {
  const what = 'the probes are faster, and use the new indexes';
  if (probes.length === 0) return [check('performance', what, 'unknown', 'there is no probe: nothing was measured')];
  const bad = probes.filter(({ ok }) => ok === false);
  const good = probes.filter(({ ok }) => ok === true);
  const detail = `${good.length} of ${probes.length}${bad.length === 0 ? '' : `; failed: ${bad.map(({ name }) => name).join(', ')}`}`;
  return [check('performance', what, bad.length > 0 ? 'failed' : ratioOrUnknown(good.length, probes.length), detail)];
};

const ratioOrUnknown = (good: number, all: number): Result => (good === all ? 'ok' : 'unknown');

/** Slight is no harm: it is said, and ticked. */
const unharmed = ({ verdict, lines }: Report['impact']): Check => {
  const what = 'production was not harmed';
  if (verdict === 'unknown') return check('impact', what, 'unknown', 'no reading to judge by');
  const worst = lines.filter((line) => line.verdict === verdict && verdict !== 'none');
  return check(
    'impact',
    what,
    verdict === 'impact' ? 'failed' : 'ok',
    [`impact: ${verdict}`, ...worst.map(({ title }) => title)].join(', '),
  );
};

const sameScript = ({ options: { matches } }: RunState): Check => {
  const what = 'the script is the one of the staging run';
  if (!matches) return check('script', what, 'unknown', 'not compared');
  const { differences, run, database } = matches;
  const other = `run ${run} on ${database}`;
  return check(
    'script',
    what,
    ratio(differences.length, 0),
    differences.length === 0 ? other : `${differences.length} differences to ${other}`,
  );
};

const backedUp = ({ options: { backup, noBackup } }: RunState): Check => {
  const what = 'there is a backup, proven readable';
  if (backup !== null) {
    const { problem, proven, id, path } = backup;
    if (problem !== null) return check('backup', what, 'failed', problem);
    const how = proven === 'checksum' ? 'by its checksum' : 'read whole';
    return check(
      'backup',
      what,
      proven === null ? 'unknown' : 'ok',
      `${id ?? path}${proven === null ? '' : `, ${how}`}`,
    );
  }
  return noBackup === null
    ? check('backup', what, 'unknown', 'none was named')
    : check('backup', what, 'waived', noBackup);
};

const withoutErrors = (failures: Report['failures'], state: RunState): Check => {
  const what = 'no error';
  const final = failures.filter((failure) => failure.final).length;
  const passing = failures.length - final;
  if (final > 0)
    return check(
      'errors',
      what,
      'failed',
      passing === 0 ? `${final} for good` : `${final} for good, ${passing} passing`,
    );
  if (state.outcome === null) return check('errors', what, 'unknown', 'the run has not ended');
  return check('errors', what, 'ok', passing === 0 ? '' : `${passing} passing`);
};

const validated = ({ validations }: RunState): Check[] => {
  if (validations.length === 0) return [];
  const good = validations.filter(({ result }) => result?.ok).length;
  const run = validations.filter(({ result }) => result !== null).length;
  const result = validations.some((each) => each.result?.ok === false)
    ? 'failed'
    : run < validations.length
      ? 'unknown'
      : 'ok';
  return [check('validations', 'the script’s validation queries succeed', result, `${good} of ${validations.length}`)];
};

const nothingHalfBuilt = ({ outcome }: RunState): Check => {
  const what = 'nothing half-built of this run is left';
  if (outcome === null) return check('leftovers', what, 'unknown', 'the run has not ended');
  return check(
    'leftovers',
    what,
    outcome.leftToDo.length === 0 && outcome.status !== 5 ? 'ok' : 'failed',
    outcome.leftToDo.join('; '),
  );
};

/** The ticks of the record: each is the outcome of a check, and what nobody checked is said to be unknown. */
export const checks = (
  state: RunState,
  { failures, probes, impact }: Pick<Report, 'failures' | 'probes' | 'impact'>,
): Check[] => [
  ...(state.rollback === null ? [...verified(state), ...counted(state)] : rolledBack(state)),
  ...(state.rollback === null ? [...measured(probes), ...validated(state)] : []),
  unharmed(impact),
  withoutErrors(failures, state),
  nothingHalfBuilt(state),
  sameScript(state),
  backedUp(state),
];
