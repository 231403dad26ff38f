import type { Finding } from '../../plan/types.ts';
import type { RestoreRecord } from './record.ts';
import type { ErrorKind } from './tool-errors.ts';

export type RestoreMode = 'beside' | 'in-place' | 'provider';

/** An error of pg_restore, and what it means. */
export interface JudgedError {
  kind: ErrorKind;
  meaning: string;
  message: string;
  /** The archive's entry that it belongs to; null when unknown. */
  entry: string | null;
}

/** One of the proofs after a restore. `ok` null: it could not be made. */
export interface Verified {
  what: 'errors' | 'rows' | 'objects' | 'indexes' | 'ledger';
  ok: boolean | null;
  found: string;
}

/** What happens in a restore, for who watches and for its journal. Times in milliseconds. */
export type RestoreEvent =
  | { type: 'preflight.finished'; findings: Finding[] }
  | { type: 'restore.started'; record: RestoreRecord }
  /** A session that still worked for a killed restore. */
  | { type: 'leftover.ended'; pid: number; of: string }
  | { type: 'leftover.dropped'; database: string; oid: string; of: string }
  | { type: 'database.created'; database: string; oid: string }
  | { type: 'database.dropped'; database: string; oid: string | null }
  /** pg_restore begins with something. Bytes: of the new database; null in place, where they say nothing. */
  | {
      type: 'restore.progressed';
      doing: string;
      entries: number;
      of: number;
      bytes: number | null;
      elapsedMs: number;
    }
  /** Somebody is in its way. */
  | { type: 'restore.waiting'; pid: number; user: string | null; application: string | null; state: string | null }
  /** A line of the tool. */
  | { type: 'tool.said'; text: string }
  | ({ type: 'restore.erred' } & JudgedError)
  | { type: 'restore.warned'; message: string }
  | { type: 'restore.loaded'; durationMs: number }
  | { type: 'restore.analyzed'; durationMs: number }
  | ({ type: 'restore.verified' } & Verified)
  | { type: 'names.swapped'; database: string; oid: string; kept: string; keptOid: string; sessionsEnded: number }
  | { type: 'restore.finished'; state: RestoreRecord['state']; ok: boolean; message: string; advice: string };
