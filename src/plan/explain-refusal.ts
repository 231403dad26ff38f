import { indexesInside } from './inside.ts';
import { notSql } from './not-sql.ts';
import { foreignAlter, otherDatabase } from './other-databases.ts';
import { parseStatement } from './parser.ts';
import { mend, typographic } from './slips.ts';
import type { StatementPiece } from './split.ts';
import { ofDatabase, type Refused } from './statement.ts';
import type { StepKind } from './types.ts';

/** A refusal with all that helps to mend the file. */
export interface Explained extends Refused {
  /** The statement as it was probably meant. */
  fix?: string;
  /** The kind of step that it would be. */
  kind?: StepKind;
  /** Index statements in a body; offsets in the statement. */
  inside?: { at: number; sql: string }[];
}

const LONGEST = 20_000;
const BODIES = /^(?:DO|CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE))\b/;
const PLACEHOLDER =
  /\$\{[\w.:-]{1,60}\}|\{\{\s*[\w.:-]{1,60}\s*\}\}|\{%[^%]{1,60}%\}|<%[^%]{1,60}%>|@[\w.]{1,60}@|\$\([\w.:-]{1,60}\)|%\([\w.]{1,60}\)s/;
/** Parameters of a program, where PostgreSQL stumbles over them: elsewhere they may be operators. */
const PARAMETER = /^(?:%s|\?|\$\d+)(?![\w])/;
const NEVER_THERE = 'CREATE INDEX CONCURRENTLY can never work in it';

/** Says more of a statement that was refused: whose SQL it is, what was meant, what is in it. */
export function explainRefusal(piece: StatementPiece, refused: Refused): Explained {
  if (refused.code === 'syntax') return explainSyntax(piece, refused);
  if (refused.code === 'typographic') return withFix(refused, typographic(piece.sql)?.fix ?? null);
  if (refused.code !== 'statement-refused') return refused;
  const words = piece.words.join(' ');
  if (BODIES.test(words)) return explainBody(piece, refused);
  const foreign = foreignStatement(piece);
  if (foreign !== null) return foreign;
  const kind = kindOf(piece.words);
  return kind === null ? refused : { ...refused, kind };
}

function withFix(refused: Refused, fix: string | null): Explained {
  return fix === null ? refused : { ...refused, fix };
}

function explainSyntax(piece: StatementPiece, refused: Refused): Explained {
  const [placeholder] = PLACEHOLDER.exec(piece.sql) ?? PARAMETER.exec(piece.sql.slice(refused.at ?? 0)) ?? [];
  if (placeholder !== undefined)
    return {
      ...refused,
      code: 'placeholder',
      why: /^(?:\{%|<%(?!=))/.test(placeholder)
        ? `a tool would carry out ${placeholder} here; write what comes of it`
        : `a tool would put a value in for ${placeholder}; write the value itself`,
    };
  const other = notSql(piece.sql);
  if (other !== null) return { ...refused, code: 'not-sql', ...other };
  const foreign = otherDatabase(piece.sql);
  if (foreign !== null) return ofDatabase(foreign);
  // Without its line comments, which would swallow what is moved behind them.
  const mended = mend(piece.code);
  if (mended === null) return refused;
  return { ...refused, why: `${refused.why}; ${mended.slips.join(', and ')}`, fix: mended.fix };
}

/** A statement that its first words refuse: read only as far as it may be another database's. */
function foreignStatement(piece: StatementPiece): Refused | null {
  if (piece.sql.length > LONGEST || /^(?:INSERT|COPY|UPDATE|DELETE)$/.test(piece.words[0] ?? '')) return null;
  const foreign = parseStatement(piece.code).ok ? foreignAlter(piece.sql) : otherDatabase(piece.sql);
  return foreign === null ? null : ofDatabase(foreign);
}

function explainBody(piece: StatementPiece, refused: Refused): Explained {
  const { indexes, dynamic } = indexesInside(piece.sql);
  if (indexes.length === 0 && !dynamic) return foreignStatement(piece) ?? refused;
  const count = `${indexes.length} index ${indexes.length === 1 ? 'statement' : 'statements'}`;
  const parts = [
    indexes.length === 0 ? '' : `${count} can be read in it: lift them out into the script`,
    dynamic ? 'it puts index statements together at run time: write out what they come to' : '',
  ].filter((part) => part !== '');
  return { ...refused, why: `${NEVER_THERE}; ${parts.join('; ')}`, inside: indexes };
}

function kindOf(words: readonly string[]): StepKind | null {
  if (words[0] === 'DROP' && words[1] === 'INDEX') return 'drop-index';
  if (words[0] === 'REINDEX') return 'reindex';
  return words[0] === 'ALTER' && words[1] === 'INDEX' && words.includes('ATTACH') ? 'attach-partition' : null;
}

/** Statements of a transaction that take back what stands before them, or keep it from being done. */
const TAKES_BACK = /^(?:ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE TRANSACTION|COMMIT PREPARED)\b/;

/**
 * Whether --only-indexes may leave it out: what is no work on indexes and changes nothing of what the rest means. A DO block
 * that makes indexes is work on indexes; a function only holds it.
 */
export function mayBeLeftOut(piece: StatementPiece, { code, kind, inside, why }: Explained): boolean {
  const words = piece.words.join(' ');
  switch (code) {
    case 'select-with-effects':
    case 'explain-refused':
      return true;
    case 'statement-refused': {
      const makesIndexes = words.startsWith('DO') && (inside !== undefined || why.startsWith(NEVER_THERE));
      const session = /^(?:DISCARD|SET|ALTER INDEX)\b/.test(words);
      return kind === undefined && !makesIndexes && !session && !TAKES_BACK.test(words);
    }
    default:
      return false;
  }
}
