import type { CodedFinding as Finding } from '../findings/index.ts';
import { parseStatement } from '../parser.ts';
import { linesOf } from '../places.ts';
import { firstWords } from '../printable.ts';
import type { Source } from '../source.ts';
import { type StatementPiece, split } from '../split.ts';
import type { CreateIndexStep, Migration, Place } from '../types.ts';
import { droppedIndexes, type MigrationReading } from './reading.ts';

/** Tools that keep the two ways in files of their own. */
const IN_TWO_FILES: ReadonlySet<string> = new Set(['golang-migrate', 'Flyway', 'Sqitch']);

interface Known {
  migration: Migration;
  withoutTransaction: string | null;
  created: CreateIndexStep[];
  /** Statements of it that the plan leaves out, though they are neither its way back nor its tool's books. */
  leftOut: Place[];
  /** Its files, in the order in which they are read. */
  readings: MigrationReading[];
}

/** What is to be done for a migration to count as applied. */
function marking({ migration, leftOut, readings }: Known): Migration {
  if (!readings.some(({ goesUp }) => goesUp))
    return {
      ...migration,
      needless: true,
      command: null,
      how: 'what is read of it only goes back, or verifies: nothing is to be marked',
    };
  if (leftOut.length === 0 || migration.needless === true) return migration;
  const first = `only once what this plan leaves out of it has been run too: ${linesOf(leftOut)}`;
  return { ...migration, how: migration.how === '' ? first : `${first}; ${migration.how}` };
}

/** The migrations of a plan: what they create, and what their way back would drop. */
export class MigrationFiles {
  private readonly byKey = new Map<string, Known>();
  private readonly known = new Map<MigrationReading, Known>();
  private readonly unseen: Finding[] = [];

  get all(): Migration[] {
    return [...this.byKey.values()].map(marking);
  }

  /** Takes note of a file; the two ways of one migration become one. */
  add(reading: MigrationReading): void {
    const { migration, tool, part } = reading;
    const folder = migration.file.replace(/[^\\/]*$/, '');
    const place = IN_TWO_FILES.has(tool.name) ? (tool.name === 'Sqitch' ? '' : folder) : migration.file;
    const key = JSON.stringify([tool.name, migration.version, place]);
    const before = this.byKey.get(key);
    const { withoutTransaction } = tool;
    const known = before ?? { migration, withoutTransaction, created: [], leftOut: [], readings: [] };
    known.readings.push(reading);
    if (before !== undefined && part !== 'down' && part !== 'ignored') {
      migration.down = before.migration.down;
      known.migration = migration;
    }
    this.byKey.set(key, known);
    this.known.set(reading, known);
  }

  created(reading: MigrationReading | null, step: CreateIndexStep): void {
    if (reading !== null) this.known.get(reading)?.created.push(step);
  }

  /** A statement of the way there that is no work on indexes. */
  leftOut(reading: MigrationReading | null, place: Place): void {
    if (reading !== null) this.known.get(reading)?.leftOut.push(place);
  }

  /** A statement of the way back. */
  wayBack(place: Place, piece: StatementPiece, reading: MigrationReading): void {
    const parsed = parseStatement(piece.code);
    const dropped = parsed.ok ? droppedIndexes(parsed.statement) : { drops: [], concurrently: false };
    const down = this.known.get(reading)?.migration.down;
    const { file, line, column } = place;
    down?.push({ file, line, column, what: firstWords(piece.sql), ...dropped });
  }

  /** The same where it stands in a comment, as Liquibase has it; `at` is where in the file `sql` begins. */
  wayBackInComment(source: Source, at: number, sql: string, reading: MigrationReading): void {
    for (const piece of split(sql)) {
      if (piece.type === 'statement') this.wayBack(source.place(at + piece.start), piece, reading);
    }
  }

  /** A mark that is understood here, and that the tool itself would not see. */
  unseenMark(place: Place, mark: string, why: string, { migration }: MigrationReading): void {
    this.unseen.push({
      level: 'note',
      code: 'mark-not-seen',
      what: `${migration.tool} would not take ${firstWords(mark)} for a mark`,
      why: `${why}.`,
      advice: 'Mend the line if the file is to go through that tool too.',
      place,
    });
  }

  lint(): Finding[] {
    const others = [...this.byKey.values()].flatMap((known) => [
      ...partly(known),
      ...inTransaction(known),
      ...otherWayBack(known),
    ]);
    return [...this.unseen, ...others];
  }
}

function partly({ migration, leftOut }: Known): Finding[] {
  const [first] = leftOut;
  if (first === undefined || migration.needless === true) return [];
  const { tool, file } = migration;
  return [
    {
      level: 'warning',
      code: 'migration-partly',
      what: `Of ${file}, the plan leaves out what is no work on indexes: ${linesOf(leftOut)}`,
      why: `Marked as applied, ${tool} would never run it.`,
      advice: 'Run what is left out before the migration is marked, or put the indexes into a migration of their own.',
      place: first,
    },
  ];
}

function inTransaction({ migration, created, withoutTransaction }: Known): Finding[] {
  const { tool, transaction, file } = migration;
  const concurrent = created.filter(({ concurrently, madeConcurrent }) => concurrently && !madeConcurrent);
  const [first] = concurrent;
  const inOne = transaction === 'on' || (transaction === 'one-query' && created.length > 1);
  if (first === undefined || !inOne) return [];
  const advice = withoutTransaction === null ? '' : `${tool} goes without one by this: ${withoutTransaction}.`;
  return [
    {
      level: 'note',
      code: 'migration-in-transaction',
      what: `${tool} would run ${file} in a transaction, where CREATE INDEX CONCURRENTLY fails`,
      why: 'indexdeck sends each statement on its own; the file still fails wherever the tool runs it.',
      advice,
      place: { file: first.file, line: first.line, column: first.column },
    },
  ];
}

/** The way back drops what the way there creates, or somebody should know. */
function otherWayBack({ migration, created }: Known): Finding[] {
  const { tool, file, down } = migration;
  const [first] = down;
  if (first === undefined || created.length === 0) return [];
  const dropped = down.flatMap(({ drops }) => drops);
  const names = created.map(({ name }) => name);
  // With a table its indexes go too: then only what is dropped by name can be told.
  const byName = down.every(({ drops }) => drops.length > 0);
  const kept = byName ? names.filter((name) => !dropped.includes(name)) : [];
  const others = dropped.filter((name) => !names.includes(name));
  const place = { file: first.file, line: first.line, column: first.column };
  const parts = [
    kept.length === 0 ? '' : `it leaves ${kept.join(', ')}, which the rollback of a run would drop`,
    others.length === 0 ? '' : `it drops ${others.join(', ')}, which the rollback of a run would leave`,
  ].filter((part) => part !== '');
  const blocking = down.filter(({ drops, concurrently }) => drops.length > 0 && !concurrently);
  const manner = blocking.length === 0 ? '' : ' Its DROP INDEX without CONCURRENTLY would stop everybody on the table.';
  if (parts.length === 0 && manner === '') return [];
  return [
    {
      level: 'note',
      code: 'way-back-differs',
      what: `The way back of ${file} is not what a rollback of this plan does`,
      why: `${parts.length === 0 ? 'It drops the same indexes, in another manner' : sentence(parts.join('; '))}.${manner} It is never run here.`,
      advice: `Mend the way back if ${tool} may have to go it.`,
      place,
    },
  ];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
