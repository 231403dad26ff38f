import { accessSync, constants, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './durable.ts';
import { type BackupRecord, BadRecord, readRecord } from './record.ts';

const folderIn = (journal: string): string => join(journal, 'backups');

/** Makes the registry's folder, for this account alone. */
export const makeRegistry = (journal: string): void => {
  mkdirSync(folderIn(journal), { recursive: true, mode: 0o700 });
  accessSync(folderIn(journal), constants.W_OK);
};

/** Records a backup under JOURNAL/backups, so that `deploy --backup ID` finds it. */
export const register = (journal: string, record: BackupRecord): void => {
  makeRegistry(journal);
  writeDurably(join(folderIn(journal), `${record.id}.json`), `${JSON.stringify(record, null, 2)}\n`);
};

const records = (journal: string): BackupRecord[] => {
  let names: string[];
  try {
    names = readdirSync(folderIn(journal)).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return readRecord(join(folderIn(journal), name)) ?? [];
    } catch (error) {
      // One that is broken must not hide the others.
      if (error instanceof BadRecord) return [];
      throw error;
    }
  });
};

/** The backup of this ID, or the newest of this label; null when the registry has none. */
export const findBackup = (journal: string, idOrLabel: string): BackupRecord | null => {
  const all = records(journal);
  const labelled = all.filter(({ label }) => label === idOrLabel);
  const newest = labelled.sort((a, b) => b.snapshotAt.localeCompare(a.snapshotAt))[0];
  return all.find(({ id }) => id === idOrLabel) ?? newest ?? null;
};
