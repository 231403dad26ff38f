import type { StatementPiece } from '../split.ts';
import { bookkeeping, type MigrationReading } from './reading.ts';

/** What becomes of a statement that its migration tool would not run on the way up, or that keeps the tool's books. */
export type Elsewhere = { as: 'way-back' | 'left-out' | 'refused'; why: string };

/** Whether a statement belongs elsewhere, by the part that it stands in; null when it is the plan's. */
export function elsewhere(piece: StatementPiece, reading: MigrationReading): Elsewhere | null {
  const { tool, part, ignoredFor } = reading;
  if (piece.unclosed !== null) return null;
  if (part === 'down')
    return { as: 'way-back', why: `it is the way back as ${tool.name} keeps it, which is never run here` };
  if (part === 'ignored') return { as: 'left-out', why: ignoredFor };
  if (part === 'before')
    return { as: 'refused', why: `${tool.name} runs nothing that stands before its mark for the way up` };
  const mark = piece.sql.split('\n').find((line) => /^\s*--/.test(line) && reading.isMark(line, true));
  if (mark !== undefined)
    return { as: 'refused', why: `${tool.name} would take the line ${mark.trim()} in the middle of it for its own` };
  const table = bookkeeping(piece);
  return table === null
    ? null
    : { as: 'left-out', why: `${table} is where ${tool.name} keeps its books; it is not touched` };
}
