import type { RestoreEvent } from '../../engine/restore/index.ts';
import { bytes, clockTime, duration } from '../../run/format.ts';
import { printEvents } from '../output/events.ts';
import { describeFindings } from '../output/findings.ts';

/** What pg_restore says of every entry besides: it is in the restore's events on disk, and would drown the rest here. */
const CHATTER = /^((processing|launching|finished|skipping) item |(entering|finished) main parallel loop$)/;

const mark = (ok: boolean | null): string => (ok === null ? 'not verified' : ok ? 'verified' : 'FAILED');

const describe = (event: RestoreEvent): string | null => {
  switch (event.type) {
    case 'preflight.finished':
      return null;
    case 'restore.started': {
      const { id, mode, archive, command, database } = event.record;
      const from = archive === null ? `by ${command?.join(' ')}` : `from ${archive.path}`;
      return `restore ${id} of ${database.database} at ${database.host}, ${mode}, ${from}`;
    }
    case 'leftover.ended':
      return `ended pid ${event.pid}, which still worked for ${event.of}`;
    case 'leftover.dropped':
      return `dropped ${event.database} (oid ${event.oid}), left by ${event.of}`;
    case 'database.created':
      return `created the database ${event.database} (oid ${event.oid})`;
    case 'database.dropped':
      return `dropped the database ${event.database}`;
    case 'restore.progressed': {
      const size = event.bytes === null ? '' : `, ${bytes(event.bytes)} in the new database`;
      return `${clockTime(event.elapsedMs)} entry ${event.entries}/${event.of}${size}: ${event.doing}`;
    }
    case 'restore.waiting':
      return `waits on pid ${event.pid} (${[event.application, event.user, event.state].filter(Boolean).join(', ')})`;
    case 'tool.said':
      return CHATTER.test(event.text) ? null : `| ${event.text}`;
    case 'restore.erred':
      return `${event.kind}: ${event.meaning}: ${event.message}${event.entry === null ? '' : ` [${event.entry}]`}`;
    case 'restore.warned':
      return `warning: ${event.message}`;
    case 'restore.loaded':
      return `pg_restore is done, in ${duration(event.durationMs)}`;
    case 'restore.analyzed':
      return `statistics gathered, in ${duration(event.durationMs)}`;
    case 'restore.verified':
      return `${mark(event.ok)}: ${event.what}: ${event.found}`;
    case 'names.swapped':
      return `swapped: ${event.database} is oid ${event.oid} now, the one before is ${event.kept} (oid ${event.keptOid}); ${event.sessionsEnded} sessions ended`;
    case 'restore.finished':
      return [event.message, event.advice].filter(Boolean).join('. ');
  }
};

/** What takes a restore's events and shows them. */
export const printRestore = (id: string, where: Parameters<typeof printEvents>[2]): ((event: RestoreEvent) => void) =>
  printEvents(
    id,
    {
      work: 'restore',
      describe,
      isProgress: ({ type }) => type === 'restore.progressed',
      before: (event) => (event.type === 'preflight.finished' ? describeFindings(event.findings) : []),
    },
    where,
  );
