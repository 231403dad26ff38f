import type { BackupFormat, BackupRecord } from './record.ts';

/** What happens while a backup is taken, for who watches. */
export type BackupEvent =
  | {
      type: 'backup.started';
      id: string;
      label: string;
      path: string;
      format: BackupFormat;
      database: BackupRecord['database'];
      serverVersion: string;
      toolVersion: string;
      snapshot: string;
      schemas: string[];
    }
  | { type: 'backup.warned'; message: string }
  /** pg_dump begins with the rows of a table. `tables`: how many there are in all, as far as that is known. */
  | { type: 'table.dumping'; table: string; number: number; tables: number | null; bytes: number | null }
  /** The server's own count, of the same instant. */
  | { type: 'table.counted'; schema: string; table: string; rows: number }
  | { type: 'dump.finished'; bytes: number | null; durationMs: number }
  /** One of the proofs has been done. */
  | { type: 'backup.verified'; what: 'list' | 'rows' | 'checksum'; found: string }
  | { type: 'backup.finished'; record: BackupRecord };
