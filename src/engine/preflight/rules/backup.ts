import type { Finding } from '../../../plan/types.ts';
import { bytes, duration, type NamedBackup } from '../../../run/index.ts';
import type { Facts, Rule } from '../facts.ts';
import { finding, list, ok } from '../finding.ts';

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

/**
 * The backup to go back to can be read, is of this database, of all that the plan touches, and not old. In production there
 * is one, or a reason; the reason is said anywhere.
 */
export const backup: Rule = (facts) => {
  const { backup: named, noBackup, environment } = facts.options;
  if (named === null) {
    if (noBackup !== null) {
      const advice = 'Nothing to do: the reason is on record, with who gave it.';
      return [finding('note', 'no-backup', { what: `The run goes without a backup: ${noBackup}.`, why: WHY, advice })];
    }
    if (environment !== 'production') return [];
    const what = 'There is no backup to go back to.';
    return [finding('blocks', 'backup', { what, why: WHY, advice: `${ADVICE} Or say why not: --no-backup REASON.` })];
  }
  const problem = named.problem ?? ofAnother(named, facts);
  if (problem !== null) {
    const what = `The backup ${called(named)} does not count: ${problem}.`;
    return [finding('blocks', 'backup', { what, why: WHY, advice: ADVICE })];
  }
  return [ofAge(named), ...notWhole(named, facts), ...ofNewer(named, facts)];
};

function ofAge(named: NamedBackup): Finding {
  const ms = age(named);
  const what = `The backup ${called(named)} can be read: ${proof(named)}; it is ${contents(named)}; ${ms === null ? 'of unknown age' : `${duration(ms)} old`}.`;
  if (ms !== null && ms <= OLD_MS) return ok('backup', what);
  const why = 'What was written since would be lost in a restore.';
  return finding('warning', 'old-backup', { what, why, advice: ADVICE });
}

const proof = ({ proven }: NamedBackup): string =>
  proven === 'checksum'
    ? 'pg_restore lists it, and its checksum is the one on record'
    : 'it has no record of ours, and pg_restore read all of it';

/** `of the database shop as of 2026-11-23T19:20:11Z, from PostgreSQL 18.4, 12.3 MB`. */
function contents({ database, takenAt, proven, serverVersion, bytes: size }: NamedBackup): string {
  // An archive has the wall clock of where it was made, without its zone.
  const clock = proven === 'read' ? ' by the clock of where it was made' : '';
  return [
    `of ${database === null ? 'a database that it does not name' : `the database ${database}`}${takenAt === null ? '' : ` as of ${takenAt.replace(/\.\d+Z$/, 'Z')}${clock}`}`,
    ...(serverVersion == null ? [] : [`from PostgreSQL ${serverVersion}`]),
    ...(size === null ? [] : [bytes(size)]),
  ].join(', ');
}

function notWhole({ schemas = [], ...named }: NamedBackup, { indexes }: Facts): Finding[] {
  const missing = [...new Set(indexes.flatMap(({ row }) => row.table_schema ?? []))].filter(
    (schema) => schemas.length > 0 && !schemas.includes(schema),
  );
  if (missing.length === 0) return [];
  return [
    finding('warning', 'partial-backup', {
      what: `The backup ${called(named)} has the schemas ${list(schemas)} only; the plan works on ${list(missing)} too.`,
      why: WHY,
      advice: 'Take one of the whole database, or of these schemas as well, and name it with --backup.',
    }),
  ];
}

const major = (version: string): number => Number.parseInt(version, 10);

function ofNewer({ serverVersion, ...named }: NamedBackup, { server }: Facts): Finding[] {
  if (serverVersion == null || !(major(serverVersion) > major(server.version))) return [];
  return [
    finding('warning', 'newer-backup', {
      what: `The backup ${called(named)} is of PostgreSQL ${serverVersion}; this server is ${server.version}.`,
      why: 'A restore into an older version may fail on what that version does not know.',
      advice: ADVICE,
    }),
  ];
}
