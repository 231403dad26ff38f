import type { RestoreEvent } from '../../engine/restore/index.ts';
import { bytes, clockTime, duration } from '../../run/format.ts';
import { plainText } from '../../run/plain-text.ts';
import type { Io } from '../io.ts';
import { describeFindings } from '../output/findings.ts';
import type { Output } from '../output/output.ts';

/** Entries come in thousands: a log gets a line for one of them this often. */
const PROGRESS_EVERY_MS = 1_000;

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

/** Lines with their time; progress now and then, on a terminal in place. What pg_restore says is in the record's file. */
const printLines = (out: Output, { stdout }: Io): ((event: RestoreEvent, at: string) => void) => {
  let last = Number.NEGATIVE_INFINITY;
  let pending = false;
  const clear = (): void => {
    if (pending) stdout.write('\r\u001b[K');
    pending = false;
  };
  return (event, at) => {
    if (event.type === 'preflight.finished') for (const line of describeFindings(event.findings)) out.line(line);
    const said = describe(event);
    if (said === null) return;
    const text = `${at.slice(0, 19)}Z ${plainText(said)}`;
    if (event.type !== 'restore.progressed') {
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
const printJson = (out: Output, id: string): ((event: RestoreEvent, at: string) => void) => {
  let seq = 0;
  return (event, at) => {
    seq += 1;
    out.line(JSON.stringify({ seq, at, restore: id, ...event }));
  };
};

/** What takes a restore's events and shows them. */
export const printRestore = (
  id: string,
  where: { io: Io; out: Output; json: boolean },
): ((event: RestoreEvent) => void) => {
  const print = where.json ? printJson(where.out, id) : printLines(where.out, where.io);
  return (event) => print(event, new Date().toISOString());
};
