import { clipBytes, MAX_NAME_BYTES } from '../../plan/ident.ts';

const withTail = (database: string, tail: string): string =>
  `${clipBytes(database, MAX_NAME_BYTES - Buffer.byteLength(tail))}${tail}`;

/** The database that a restore fills, beside the one in use: named after the restore, so that nobody else has it. */
export const besideName = (database: string, id: string): string =>
  withTail(database, `_${id.replaceAll('-', '_').replace(/^rs_/, 'restore_')}`);

/** The database that was in use until now, with the time (UTC). */
export const keptName = (database: string, now: Date, why: 'before_restore' | 'restored'): string =>
  withTail(database, `_${why}_${now.toISOString().replace(/[-:]/g, '').slice(0, 15).replace('T', '_')}`);
