import { readFileSync } from 'node:fs';
import { demoPlan } from '../../src/demo/load.ts';
import { type IndexEntry, indexesOf } from './catalog.ts';
import type { TestDatabase } from './database.ts';

export const PLANNED = 58;

/** The demo plan's script. */
export const demoPlanText = readFileSync(demoPlan, 'utf8');

/** The script's index statements as psql would run them, were it not for CONCURRENTLY. */
export const plainStatements = demoPlanText
  .replace(/^--.*$/gm, '')
  .split(';')
  .map((statement) => statement.trim().replace(/ CONCURRENTLY IF NOT EXISTS /, ' '))
  .filter((statement) => /^CREATE (UNIQUE )?INDEX idx_/.test(statement));

/** Makes the demo plan's indexes in a reference database, one by one and with nothing of ours; the catalog's word on them. */
export const plannedIndexes = async (reference: TestDatabase): Promise<IndexEntry[]> => {
  const before = new Set((await indexesOf(reference)).map(({ name }) => name));
  for (const statement of plainStatements) await reference.sql(statement);
  const planned = (await indexesOf(reference)).filter(({ name }) => !before.has(name));
  const sound = planned.every(({ valid, ready, live }) => valid && ready && live);
  if (planned.length !== PLANNED || !sound) throw new Error('the reference is not as it should be');
  return planned;
};
