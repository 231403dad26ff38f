import type { MigrationTransaction } from '../types.ts';

/** What a part of a migration's file is to its tool. Before the first mark some tools run nothing. */
export type Part = 'before' | 'up' | 'down' | 'ignored';

/** A file as it concerns a migration tool. */
export interface MigrationFile {
  path: string;
  /** The path's segments, the last one is the name. */
  segments: readonly string[];
  name: string;
  text: string;
  /** Its lines that begin with a comment, the first thousands of them. */
  comments: string;
  neighbours: readonly string[];
  /** The text of Flyway's configuration of this script. */
  config: string;
}

/** What a comment says to the tool. */
export type Directive =
  | { as: 'part'; part: Part; transaction?: MigrationTransaction }
  | { as: 'transaction'; transaction: MigrationTransaction }
  | { as: 'heading'; title: string; part: Part; transaction?: MigrationTransaction; why?: string }
  /** SQL of the way back that stands in the comment itself. */
  | { as: 'way-back'; sql: string; offset: number }
  | { as: 'understood' }
  | { as: 'refused'; part?: Part; why: string };

/**
 * How a migration is marked as applied: a command of the tool, or null when it has none and `how` says what there is. Each is
 * from the tool's own documentation of the command, or from the statement in its source that writes its history.
 */
export interface Marking {
  command: string | null;
  how: string;
  /** It is none of the files that the tool keeps books of. */
  needless?: true;
}

/** What one migration tool makes of a file. Facts are from the tools' own sources and documentation. */
export interface Tool {
  name: string;
  owns(file: MigrationFile): boolean;
  begins?(file: MigrationFile): Part;
  transaction(file: MigrationFile): MigrationTransaction;
  /** What a line comment, dashes included, or a block comment says to the tool; null when it says nothing. */
  directive?(comment: string): Directive | null;
  version(file: MigrationFile): string;
  marking(file: MigrationFile, version: string): Marking;
  /**
   * Why the tool itself would not see a mark that is plainly meant for it, as a clause; null when it does. `column` is where
   * the comment begins, from 1.
   */
  unseen?(comment: string, column: number, file: MigrationFile): string | null;
  /** Its marks may stand behind a statement, not only on lines of their own. */
  anywhere?: true;
  /** Only the first mark of each way counts: another one is a comment like all others. */
  firstMarks?: true;
  /** How the tool is told to leave out its transaction; null when it cannot be. */
  withoutTransaction: string | null;
}

/** The digits that a file's name begins with. */
export const leadingNumber = ({ name }: MigrationFile): string => /^\d+/.exec(name)?.[0] ?? name.replace(/\.sql$/i, '');

/** The folder that the file is in, as named. */
export const folderOf = ({ segments }: MigrationFile): string => segments.slice(0, -1).join('/') || '.';

/** True when a line that begins with a comment matches; `line` is meant for one line, from its beginning. */
export const hasLine = ({ comments }: MigrationFile, line: RegExp): boolean =>
  new RegExp(line.source, `m${line.flags}`).test(comments);

/** A text as an SQL constant. */
export const constant = (text: string): string => `'${text.replaceAll("'", "''")}'`;
