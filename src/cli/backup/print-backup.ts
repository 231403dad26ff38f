import type { BackupEvent } from '../../engine/backup/index.ts';
import { bytes, duration } from '../../run/format.ts';
import { plainText } from '../../run/plain-text.ts';
import type { Io } from '../io.ts';
import type { Output } from '../output/output.ts';

/** Tables come in thousands: a log gets a line for one of them this often. */
const PROGRESS_EVERY_MS = 1_000;

const size = (count: number | null): string => (count === null ? 'size unknown' : bytes(count));

const describe = (event: BackupEvent): string => {
  switch (event.type) {
    case 'backup.started':
      return `backup ${event.id} (${event.label}) of ${event.database.database} at ${event.database.host}: pg_dump ${event.toolVersion}, server ${event.serverVersion}, snapshot ${event.snapshot}, to ${event.path}`;
    case 'backup.warned':
      return `warning: ${event.message}`;
    case 'table.dumping':
      return `table ${event.number}/${event.tables ?? '?'} ${event.table}, ${size(event.bytes)} written`;
    case 'table.counted':
      return `${event.schema}.${event.table} has ${event.rows} rows`;
    case 'dump.finished':
      return `dumped in ${duration(event.durationMs)}: ${size(event.bytes)}; the snapshot is let go of, builds wait no more`;
    case 'backup.verified':
      return `verified: ${event.found}`;
    case 'backup.finished': {
      const { id, path, bytes: count } = event.record;
      return `backup ${id} is done and verified: ${path}, ${bytes(count)}. To deploy with it: --backup ${id}`;
    }
  }
};

/** Prints what happens: lines with their time, progress now and then, and on a terminal in place. */
const printLines = (out: Output, io: Io): ((event: BackupEvent, at: string) => void) => {
  const { stdout } = io;
  let last = 0;
  let pending = false;
  const clear = (): void => {
    if (pending) stdout.write('\r\u001b[K');
    pending = false;
  };
  return (event, at) => {
    const text = `${at.slice(0, 19)}Z ${plainText(describe(event))}`;
    if (event.type !== 'table.dumping') {
      clear();
      out.line(text);
    } else if (stdout.isTTY) {
      clear();
      stdout.write(text.slice(0, Math.max(20, stdout.columns - 1)));
      pending = true;
    } else if (performance.now() - last >= PROGRESS_EVERY_MS) {
      last = performance.now();
      out.line(text);
    }
  };
};

/** One JSON object a line, numbered as a run's events are. */
const printJson = (out: Output, id: string): ((event: BackupEvent, at: string) => void) => {
  let seq = 0;
  return (event, at) => {
    seq += 1;
    out.line(JSON.stringify({ seq, at, backup: id, ...event }));
  };
};

/** What takes a backup's events and shows them. */
export const printBackup = (
  id: string,
  where: { io: Io; out: Output; json: boolean },
): ((event: BackupEvent) => void) => {
  const print = where.json ? printJson(where.out, id) : printLines(where.out, where.io);
  return (event) => print(event, new Date().toISOString());
};
