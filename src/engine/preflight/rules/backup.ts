import { duration, type NamedBackup } from '../../../run/index.ts';
import type { Facts, Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

const OLD_MS = 24 * 3_600_000;
const ADVICE = 'Take one now (indexdeck backup --output PATH) and name it with --backup.';
const WHY = 'When something goes wrong for good, the backup is all there is to go back to.';

const called = ({ named, id, path }: NamedBackup): string => (id === null ? path : `${id} (${path})`) || named;

const ofAnother = (backup: NamedBackup, { server, systemIdentifier }: Facts): string | null => {
  if (backup.database !== null && backup.database !== server.database)
    return `it is of the database ${backup.database}, not of ${server.database}`;
  const { systemIdentifier: its } = backup;
  if (its !== null && systemIdentifier !== null && its !== systemIdentifier)
    return `it is of another server (system identifier ${its}) than this one (${systemIdentifier})`;
  return null;
};

const age = (backup: NamedBackup): number | null =>
  backup.takenAt === null ? null : Math.max(0, Date.parse(backup.provenAt) - Date.parse(backup.takenAt));

/** The backup to go back to can be read, is of this database, and not old. In production there is one, or a reason. */
export const backup: Rule = (facts) => {
  const { backup: named, noBackup, environment } = facts.options;
  if (named === null) {
    if (environment !== 'production' || noBackup !== null) return [];
    const what = 'There is no backup to go back to.';
    return [finding('blocks', 'backup', { what, why: WHY, advice: `${ADVICE} Or say why not: --no-backup REASON.` })];
  }
  const problem = named.problem ?? ofAnother(named, facts);
  if (problem !== null) {
    const what = `The backup ${called(named)} does not count: ${problem}.`;
    return [finding('blocks', 'backup', { what, why: WHY, advice: ADVICE })];
  }
  const ms = age(named);
  const proof =
    named.proven === 'checksum' ? 'its checksum is the one on record' : 'it has no record of ours, and was read whole';
  const what = `The backup ${called(named)} can be read: ${proof}; ${ms === null ? 'of unknown age' : `${duration(ms)} old`}.`;
  if (ms !== null && ms <= OLD_MS) return [ok('backup', what)];
  const why = 'What was written since would be lost in a restore.';
  return [finding('warning', 'old-backup', { what, why, advice: ADVICE })];
};
