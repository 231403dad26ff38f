import { incompleteParents } from './attached.ts';
import { countedText, createdCounted } from './counted.ts';
import type { ExitStatus } from './events.ts';
import { isStuck, planned } from './parts.ts';
import { isReindexing } from './reindex.ts';
import { differenceCount } from './rollback.ts';
import type { RollbackState, RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

/** A run that was rolled back is not gone on with. */
const goesOn = ({ rolledBack }: RunState): string =>
  `${rolledBack ? '' : 'indexdeck resume goes on with it, '}indexdeck rollback drops it`;
const WAY_BACK = 'indexdeck rollback drops it to its end';

/** Whether what was built is there is not known: a copy of the server took over that was not looked at. */
export const isUnsure = (state: RunState): boolean =>
  state.created.length > 0 && (state.recheckDue !== null || state.refusedServer?.kind === 'in-recovery');

/** What this run would leave behind that it must not: each as a sentence with the statement that cleans it up. */
export const debris = (state: RunState): string[] => [
  ...(isUnsure(state)
    ? [
        `the server that took over was not looked at: whether what was built before (${countedText(createdCounted(state))}) is there, and valid, is unknown`,
      ]
    : []),
  ...incompleteParents(state).map(
    ({ index: { schema, name, oid } }) =>
      `index ${schema}.${name} (oid ${oid}) of a partitioned table is not complete, and serves no query: ${goesOn(state)}`,
  ),
  ...state.steps.flatMap((step) => {
    if (step.leftover !== null && step.leftover.why === 'rollback') {
      const { schema, name, oid } = step.leftover;
      return [`index ${schema}.${name} (oid ${oid}) may be half dropped, and serves no query then: ${WAY_BACK}`];
    }
    if (step.leftover !== null && step.leftover.why === 'planned') {
      const { schema, name, oid } = step.leftover;
      return [
        `index ${schema}.${name} (oid ${oid}), which the plan drops, may be half dropped, and serves no query then: indexdeck resume drops it to its end`,
      ];
    }
    if (step.leftover !== null && step.leftover.why === 'replaced') {
      const { schema, name, oid } = step.leftover;
      return [
        `index ${schema}.${name} (oid ${oid}), which is rebuilt, is still there and not valid: drop it concurrently`,
      ];
    }
    if (step.leftover !== null && step.leftover.why === 'failed-build') {
      const { schema, name, oid } = step.leftover;
      if (step.step.kind === 'create-index' && step.step.only)
        return [
          `index ${schema}.${name} (oid ${oid}) of a partitioned table is not complete, and could not be dropped: ${goesOn(state)}`,
        ];
      return [`invalid index ${schema}.${name} (oid ${oid}) of a failed build is still there: drop it concurrently`];
    }
    if (step.doubtful !== null) {
      const { schema, name, oid } = step.doubtful;
      return [
        `invalid index ${schema}.${name} (oid ${oid}) is there, and nothing proves whose it is: look at it by hand`,
      ];
    }
    // A backend may still be at it: whatever it does, it is this run's to see to.
    if (step.status === 'building' || step.status === 'running' || step.status === 'dropping')
      return [
        `what became of ${stepName(step.step)} is unknown: indexdeck ${state.rolledBack ? 'rollback' : 'resume'} finds out, and goes on`,
      ];
    return [];
  }),
];

/** Probes that have no good verdict. */
const failedProbes = (state: RunState): number =>
  state.probes.filter(({ after }) => after?.verdict?.ok !== true).length;

/** What verification says as a whole, in a few words. */
const verifyWords = ({ verify }: RunState): string => {
  if (verify === null) return 'not verified';
  if (verify.ok) return 'all verified';
  return verify.verdict === 'review' ? `to be reviewed (${verify.rule})` : 'verification failed';
};

const unchanged = (state: RunState): string =>
  state.resumedAt === null ? 'nothing was changed' : 'nothing more was changed';

const isBlocked = (state: RunState): boolean =>
  state.approvedAt === null &&
  (state.preflightError !== null || Boolean(state.preflight?.findings.some((finding) => finding.level === 'blocks')));

/** The exit status of the engine at work, if it ended now. */
export const engineStatus = (state: RunState): ExitStatus => {
  if (debris(state).length > 0) return 5;
  if (isBlocked(state)) return 3;
  if (state.abort !== null) return 4;
  if (state.rollback !== null) return state.rollback.finishedAt !== null && state.rollback.left.length === 0 ? 0 : 1;
  const failed = planned(state).some((step) => step.status !== 'done' && step.status !== 'equal');
  const unverified = state.verify === null || !state.verify.ok;
  const invalidated = state.validations.some((validation) => validation.result === null || !validation.result.ok);
  return failed || unverified || invalidated || failedProbes(state) > 0 ? 1 : 0;
};

/** Why a rollback ended as it did. */
const rollbackReason = (state: RunState, { dropped, left, differences }: RollbackState): string => {
  const again = state.removed.length + state.rebuilt.length > 0 ? `${state.rebuilt.length} built again` : '';
  const done = [`${countedText(dropped)} dropped`, again, left.length > 0 ? `${countedText(left)} left` : ''];
  const others = differences === null ? 0 : differenceCount(differences);
  const checked =
    state.rollback?.finishedAt == null
      ? 'not checked'
      : differences === null
        ? 'what was dropped is gone; there is no list of what was there before to compare with'
        : others === 0
          ? 'the catalog is as before the run'
          : `apart from what others changed (${others}) the catalog is as before the run`;
  const rest =
    left.length === 0 && state.created.length > 0
      ? `${countedText(createdCounted(state))} of this run left as ${state.created.length === 1 ? 'it is' : 'they are'}`
      : '';
  const as = left.length === 0 && state.created.length + state.removed.length === 0 ? checked : '';
  return ['rolled back: ', [...done, rest, as].filter((part) => part !== '').join(', ')].join('');
};

/** A plan that only rebuilds has nothing to say of what it builds. */
const builtAndRebuilt = (state: RunState, built: number): string => {
  const rebuilds = state.steps.some(isReindexing);
  if (!rebuilds) return `${indexes(built)} built`;
  const again = `${state.reindexed.length} rebuilt`;
  const creates = state.steps.some(({ step }) => step.kind === 'create-index');
  return creates ? `${indexes(built)} built, ${again}` : `${indexes(state.reindexed.length)} rebuilt`;
};

const indexes = (n: number): string => `${n} ${n === 1 ? 'index' : 'indexes'}`;

/** Why the engine at work ended as it did, in one sentence. */
export const engineReason = (state: RunState): string => {
  const all = planned(state);
  const steps = all.filter((step) => step.step.kind === 'create-index');
  // One that lacks a part has failed with it.
  const standing = (step: StepState) => (isStuck(state, step) ? 'failed' : step.status);
  const count = (status: string) => steps.filter((step) => standing(step) === status).length;
  const status = engineStatus(state);
  const drops = state.steps.filter((step) => step.step.kind === 'drop-index');
  const gone = drops.length === 0 ? '' : `, ${drops.filter((step) => step.status === 'done').length} dropped`;
  const built = `${builtAndRebuilt(state, count('done'))}${gone}`;
  const { rollback } = state;
  if (rollback !== null && state.approvedAt !== null && status !== 3) {
    const sum = rollbackReason(state, rollback);
    if (status === 5) return `stopped with work to clean up; ${sum}`;
    return status === 4 ? `aborted by ${state.abort?.by ?? 'unknown'}: ${state.abort?.reason ?? ''}; ${sum}` : sum;
  }
  if (status === 5) return `stopped with work to clean up; ${built}`;
  if (status === 3) return `preflight blocks: ${unchanged(state)}`;
  if (status === 4) {
    const why = `aborted by ${state.abort?.by ?? 'unknown'}: ${state.abort?.reason ?? ''}`;
    return state.approvedAt === null ? `${why}; ${unchanged(state)}` : `${why}; ${built}, nothing half-built was left`;
  }
  const parts = [
    built,
    count('equal') > 0 ? `${count('equal')} there already` : '',
    count('failed') > 0 ? `${count('failed')} failed` : '',
    count('skipped') > 0 ? `${count('skipped')} left out` : '',
    verifyWords(state),
    failedProbes(state) > 0 ? `${failedProbes(state)} of ${state.probes.length} probes failed` : '',
    state.validations.some((validation) => validation.result?.ok === false) ? 'a validation query failed' : '',
    steps.length < all.length && all.some((s) => s.step.kind !== 'create-index' && standing(s) === 'failed')
      ? 'another statement failed'
      : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
};

/** The end of the run before, which it keeps: an engine came to roll it back, and did not begin. */
const keptEnd = (state: RunState): RunState['outcome'] =>
  debris(state).length > 0 ? null : (state.former?.outcome ?? null);

/** The exit status of the run as it stands, if it ended now. */
export const finalStatus = (state: RunState): ExitStatus => keptEnd(state)?.status ?? engineStatus(state);

/** Why the run ended as it did, in one sentence. */
export const finalReason = (state: RunState): string => keptEnd(state)?.reason ?? engineReason(state);
