import type { BackupEvent } from '../../engine/backup/index.ts';
import { bytes, duration } from '../../run/format.ts';
import { printEvents } from '../output/events.ts';

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

/** What takes a backup's events and shows them. */
export const printBackup = (id: string, where: Parameters<typeof printEvents>[2]): ((event: BackupEvent) => void) =>
  printEvents(id, { work: 'backup', describe, isProgress: ({ type }) => type === 'table.dumping' }, where);
