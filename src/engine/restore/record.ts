import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../backup/durable.ts';
import type { RestoreEvent } from './events.ts';

const database = z.object({ name: z.string(), oid: z.string().nullable() });

/** All that is known of a restore. No secrets. */
const schema = z.object({
  /** Of this shape. */
  indexdeckRestore: z.literal(1),
  id: z.string().min(1),
  mode: z.enum(['beside', 'in-place', 'provider']),
  /**
   * begun: at work, or killed. restored: there is a verified database beside the one in use. swapped: it is in use. done:
   * in place, or by the provider. unproven: restored, but a proof failed. failed, cancelled: the database is as it was.
   * stopped: it needs somebody.
   */
  state: z.enum(['begun', 'restored', 'swapped', 'done', 'unproven', 'failed', 'cancelled', 'stopped']),
  database: z.object({ host: z.string(), port: z.int(), database: z.string(), user: z.string() }),
  systemIdentifier: z.string().nullable(),
  archive: z
    .object({ path: z.string(), backup: z.string().nullable(), sha256: z.string(), takenAt: z.string().nullable() })
    .nullable(),
  /** The provider's command, with its words filled in. */
  command: z.array(z.string()).nullable(),
  /** Beside: the database that the archive was restored into. Its name is recorded before it is made. */
  restored: database.nullable(),
  /** Beside: the database that was in use when the restore began. */
  former: database.nullable(),
  jobs: z.int(),
  by: z.string(),
  writtenBy: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  errors: z.array(
    z.object({ kind: z.string(), meaning: z.string(), message: z.string(), entry: z.string().nullable() }),
  ),
  verified: z.array(z.object({ what: z.string(), ok: z.boolean().nullable(), found: z.string() })),
  outcome: z.string().nullable(),
});

export type RestoreRecord = z.infer<typeof schema>;

const folderIn = (journal: string): string => join(journal, 'restores');

/** Where a file of a restore is: its record (json), events (jsonl), list of entries (list), or copy of the ledger (ledger). */
export const restoreFile = (journal: string, id: string, kind: 'json' | 'jsonl' | 'list' | 'ledger'): string =>
  join(folderIn(journal), `${id}.${kind}`);

const read = (path: string): RestoreRecord | null => {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // One that is broken must not hide the others.
    return null;
  }
};

/** All restores of a journal directory, the newest first. */
export const restoreRecords = (journal: string): RestoreRecord[] => {
  let names: string[];
  try {
    names = readdirSync(folderIn(journal)).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  const records = names.flatMap((name) => read(join(folderIn(journal), name)) ?? []);
  return records.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
};

/** The restore of this ID; null when there is none. */
export const findRestore = (journal: string, id: string): RestoreRecord | null =>
  restoreRecords(journal).find((record) => record.id === id) ?? null;

/** A restore's record and events on disk: what is intended is there before it is done. */
export class RestoreJournal {
  readonly #journal: string;
  readonly #show: (event: RestoreEvent) => void;
  #record: RestoreRecord;

  private constructor(journal: string, record: RestoreRecord, show: (event: RestoreEvent) => void) {
    this.#journal = journal;
    this.#record = record;
    this.#show = show;
  }

  /** Begins a restore's journal, or goes on with the one of a record. `show` gets every event too. */
  static open(journal: string, record: RestoreRecord, show: (event: RestoreEvent) => void): RestoreJournal {
    mkdirSync(folderIn(journal), { recursive: true, mode: 0o700 });
    const opened = new RestoreJournal(journal, record, show);
    opened.update({});
    return opened;
  }

  get record(): RestoreRecord {
    return this.#record;
  }

  file(kind: 'list' | 'ledger'): string {
    return restoreFile(this.#journal, this.#record.id, kind);
  }

  update(changes: Partial<RestoreRecord>): void {
    this.#record = { ...this.#record, ...changes };
    writeDurably(restoreFile(this.#journal, this.#record.id, 'json'), `${JSON.stringify(this.#record, null, 2)}\n`);
  }

  emit(event: RestoreEvent): void {
    // The record says it already, whole.
    const { type, ...said } = event;
    if (type === 'restore.erred') this.#record.errors.push(said as RestoreRecord['errors'][number]);
    if (type === 'restore.verified') this.#record.verified.push(said as RestoreRecord['verified'][number]);
    const line = JSON.stringify({ at: new Date().toISOString(), restore: this.#record.id, ...event });
    appendFileSync(restoreFile(this.#journal, this.#record.id, 'jsonl'), `${line}\n`, { mode: 0o600 });
    this.#show(event);
  }

  /** The end: its state and what is said of it. */
  finish(state: RestoreRecord['state'], ok: boolean, message: string, advice = ''): void {
    this.update({ state, outcome: message, finishedAt: new Date().toISOString() });
    this.emit({ type: 'restore.finished', state, ok, message, advice });
  }
}
