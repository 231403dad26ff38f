import { countedText, duration } from '../run/index.ts';
import {
  backupWords,
  builtOf,
  builtWords,
  type Facts,
  impactWords,
  improvementWords,
  outcomesWords,
  placeOf,
  plural,
  reindexesWords,
  rollbackWords,
  sectionsDone,
  verifiedWords,
} from './summary.ts';

const headline = (facts: Facts): string => {
  const { status, exitStatus, environment, rollback, approvedAt } = facts;
  const where = placeOf(facts);
  const took = `after ${duration(facts.durationMs)}`;
  switch (status) {
    case 'complete':
      return `INDEXES DEPLOYED on ${where}, ${took}, ${verifiedWords(facts)}.`;
    case 'rolled-back':
      return `INDEXES ROLLED BACK on ${where}: ${countedText(rollback?.dropped ?? [])} dropped.`;
    case 'aborted':
      return `INDEX DEPLOYMENT ABORTED on ${where}, ${took}.`;
    case 'unfinished':
      return `INDEX DEPLOYMENT on ${where} HAS NOT ENDED, ${took}.`;
    case 'failed':
      if (exitStatus === 3)
        return `INDEX DEPLOYMENT NOT ${approvedAt === null ? 'BEGUN' : 'RESUMED'} on ${where}: preflight blocks.`;
      return builtOf(facts).length === 0
        ? `INDEX DEPLOYMENT FAILED on ${where}, ${took}.`
        : `INDEXES DEPLOYED IN PART on ${where}, ${took}${environment === 'production' ? ': somebody has to look' : ''}.`;
  }
};

const next = ({ status, exitStatus, run, leftToDo, approvedAt }: Facts): string => {
  if (status === 'complete') return 'Next: on with the next step.';
  if (leftToDo.length > 0) return `Next: ${leftToDo.join('; ')}`;
  if (status === 'rolled-back') return 'Next: find out why, then deploy the plan again.';
  if (exitStatus === 3 && approvedAt === null) return 'Next: mend what blocks, then deploy again. Nothing was changed.';
  if (exitStatus === 3)
    return `Next: mend what blocks; then indexdeck resume ${run} goes on. Indexes that were built stay.`;
  return `Next: indexdeck resume ${run} goes on; indexdeck rollback ${run} takes it back.`;
};

/** The one message for the war room. Plain text: every chat takes it. */
export const warRoomMessage = (facts: Facts): string => {
  const { status, approvedAt, reason, failures } = facts;
  const begun = approvedAt !== null;
  const failed = failures.filter(({ final }) => final);
  return [
    headline(facts),
    ...(reason === '' || status === 'complete' ? [] : [`Why: ${reason}.`]),
    ...(begun ? [`Indexes: ${builtWords(facts)}; sections ${sectionsDone(facts)}.`] : []),
    ...(begun && facts.reindexes !== undefined ? [`Rebuilt by the plan: ${reindexesWords(facts.reindexes)}.`] : []),
    ...(begun && facts.drops !== undefined ? [`Dropped by the plan: ${outcomesWords(facts.drops)}.`] : []),
    ...(begun && status !== 'rolled-back' ? [`Improvement: ${improvementWords(facts)}.`] : []),
    ...failed.slice(0, 3).map(({ what, message }) => `Error: ${what}: ${message}`),
    ...(failed.length > 3 ? [`and ${plural(failed.length - 3, 'more error')}`] : []),
    ...(begun ? [`Impact: ${impactWords(facts)}.`] : []),
    `Backup: ${backupWords(facts)}.`,
    ...(begun && status !== 'rolled-back' ? [`Way back: ${rollbackWords(facts)}.`] : []),
    next(facts),
    `Run ${facts.run}, by ${facts.operator}.`,
  ].join('\n');
};
