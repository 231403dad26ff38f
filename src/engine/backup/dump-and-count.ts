import type { Session } from '../session.ts';
import type { Installation } from '../tools/index.ts';
import { sizeOf } from './digest.ts';
import { dump } from './dump.ts';
import type { BackupRecord } from './record.ts';
import { countRows, type TablesToCount } from './snapshot.ts';
import type { BackupRequest } from './take-backup.ts';

/** By this name everybody sees that it runs, and `deploy` refuses to start. */
export const backupApplication = (id: string): string => `indexdeck backup ${id}`;

const LOOK_EVERY_MS = 1_000;

/** The archive's size as it was seen last: a directory of many files is not looked through for each table. */
class SeenSize {
  readonly #path: string;
  #bytes: number | null = null;
  #at = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
  }

  look(): number | null {
    if (performance.now() - this.#at >= LOOK_EVERY_MS) {
      this.#at = performance.now();
      void sizeOf(this.#path).then((bytes) => {
        this.#bytes = bytes;
      });
    }
    return this.#bytes;
  }
}

/** Has pg_dump and the counts work side by side on one snapshot; the first that fails ends the other. */
export const dumpAndCount = async (
  request: BackupRequest,
  at: { session: Session; snapshot: string; path: string; installation: Installation; counting: TablesToCount },
): Promise<BackupRecord['rows']> => {
  const { emit, format } = request;
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const tables = at.counting.tables.length + at.counting.left;
  const size = new SeenSize(at.path);
  let number = 0;
  const onTable = (table: string): void => {
    number += 1;
    emit({ type: 'table.dumping', table, number, tables, bytes: size.look() });
  };
  const counting = async (): Promise<BackupRecord['rows']> => {
    const rows: BackupRecord['rows'] = [];
    for (const table of at.counting.tables) {
      signal.throwIfAborted();
      const counted = { ...table, rows: await countRows(at.session, table) };
      rows.push(counted);
      emit({ type: 'table.counted', ...counted });
    }
    return rows;
  };
  // A count under way holds the snapshot: it ends when the server misses its connection.
  signal.addEventListener('abort', () => at.session.abandon('the backup was ended'), { once: true });
  const dumping = dump({
    installation: at.installation,
    connection: request.connection,
    application: backupApplication(request.id),
    path: at.path,
    format,
    jobs: request.jobs,
    schemas: request.schemas,
    snapshot: at.snapshot,
    onTable,
    onWarning: (message) => emit({ type: 'backup.warned', message: `pg_dump: ${message}` }),
    signal,
  });
  const counted = counting();
  for (const one of [dumping, counted]) one.catch((error: unknown) => failed.abort(error));
  const [dumped, rows] = await Promise.allSettled([dumping, counted]);
  request.signal.throwIfAborted();
  // What failed first is the reason; the other only followed.
  if (failed.signal.aborted) throw failed.signal.reason;
  if (dumped.status === 'rejected') throw dumped.reason;
  if (rows.status === 'rejected') throw rows.reason;
  return rows.value;
};
