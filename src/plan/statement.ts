import { attachedBy, type IndexName } from './attach.ts';
import { type DropStmt, droppedIndexes, type NamedIndex } from './drop-statement.ts';
import { functionEffect, selectEffect } from './effects.ts';
import { notImmutable } from './immutable.ts';
import { type Foreign, foreignSense } from './other-databases.ts';
import { type IndexStmt, type Node, parseStatement } from './parser.ts';
import { isRefusedByWords, refusalOf } from './refusals.ts';
import { type ReindexStmt, readReindex } from './reindex-statement.ts';
import { type ReadSetting, readSetting, type SetNode, searchPathOf, searchPathSelect } from './settings.ts';
import { typographic } from './slips.ts';
import type { StatementPiece } from './split.ts';
import { names } from './tree.ts';
import type { PlanOptions, ReindexStep } from './types.ts';

/** What one statement is, before it is known where it stands in the plan. */
export type Read =
  | { as: 'create-index'; node: IndexStmt; tree: Node }
  | { as: 'drop-index'; indexes: NamedIndex[]; concurrently: boolean; ifExists: boolean }
  | {
      as: 'reindex';
      of: ReindexStep['of'];
      schema: string | null;
      name: string;
      concurrently: boolean;
      node: ReindexStmt;
    }
  | { as: 'analyze'; tables: { schema: string | null; table: string }[]; tree: Node }
  | { as: 'set'; setting: ReadSetting; searchPath: string[] | null; tree: Node }
  | { as: 'comment'; schema: string | null; name: string; tree: Node }
  | { as: 'attach-partition'; parent: IndexName; partition: IndexName; tree: Node }
  | { as: 'select' | 'explain'; tree: Node }
  | { as: 'transaction'; word: 'begin' | 'commit' }
  | Refused;

export interface Refused {
  as: 'refused';
  code: string;
  /** A clause that goes on after "Refused: ". */
  why: string;
  /** Offset in the statement, when the fault is not the whole of it. */
  at?: number;
  /** Whose SQL it is, if not PostgreSQL's. */
  database?: string;
}

const LETTER =
  'a typographic quote, space or comma, or a byte-order mark, stands here, which PostgreSQL takes for a letter of a name; write plain ones';

/** None of them is white space to PostgreSQL, and none can be seen. */
const CONTROL = /[\u0001-\u0008\u000e-\u001f\u007f]/;

const controlReason = (found: string): string =>
  `a control character that cannot be seen stands here (U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}); take it out`;

/** Reads one statement with PostgreSQL's parser and says what it is to a plan. */
export function readStatement(piece: StatementPiece, options: Pick<PlanOptions, 'allowDrops'> = {}): Read {
  if (piece.unclosed !== null) return unclosed(piece);
  const [variable] = piece.variables;
  if (variable !== undefined) {
    const why = `psql would put the variable ${variable.text} here, and indexdeck does not: write the value itself, or a space after the colon if it is no variable`;
    return { as: 'refused', code: 'psql-variable', why, at: variable.at - piece.start };
  }
  if (isRefusedByWords(piece.words) && !(options.allowDrops === true && dropsSomething(piece)))
    return notDeployed(piece);
  const odd = typographic(piece.code);
  if (odd !== null) return { ...refused('typographic', LETTER), at: odd.at };
  const control = CONTROL.exec(piece.code);
  if (control !== null) return { ...refused('control-character', controlReason(control[0])), at: control.index };
  const parsed = parseStatement(piece.code);
  if (!parsed.ok) return { as: 'refused', code: 'syntax', why: parsed.error.message, at: parsed.error.at };
  return classify(piece, parsed.statement);
}

/** DROP INDEX, and REINDEX, which drops the index that it has built anew. */
const dropsSomething = ({ words: [first, second] }: StatementPiece): boolean =>
  (first === 'DROP' && second === 'INDEX') || first === 'REINDEX';

function classify(piece: StatementPiece, tree: Node): Read {
  const [[kind, body] = ['', {}]] = Object.entries(tree) as [string, Record<string, unknown>][];
  switch (kind) {
    case 'IndexStmt': {
      const effect = functionEffect(tree);
      if (effect !== null) return refused('function-with-effects', effect);
      const foreign = foreignSense(body, piece.code);
      if (foreign !== null) return ofDatabase(foreign);
      const changing = notImmutable(body as IndexStmt);
      if (changing !== null) return { ...refused('not-immutable', changing.why), ...atByte(piece.code, changing.byte) };
      return { as: 'create-index', node: body as IndexStmt, tree };
    }
    case 'DropStmt':
      return dropIndex(piece, body as DropStmt);
    case 'ReindexStmt':
      return reindex(piece, body as ReindexStmt);
    case 'VacuumStmt':
      return body.is_vacuumcmd === true ? notDeployed(piece) : { as: 'analyze', tables: tablesOf(body), tree };
    case 'VariableSetStmt': {
      const setting = readSetting(body as SetNode);
      const searchPath = body.name === 'search_path' ? searchPathOf(body as SetNode) : null;
      if (setting.as === 'refused') return refused('setting-refused', setting.why);
      return { as: 'set', setting, searchPath, tree };
    }
    case 'AlterTableStmt': {
      const attached = attachedBy(body);
      return attached === null ? notDeployed(piece) : { as: 'attach-partition', ...attached, tree };
    }
    case 'CommentStmt':
      return comment(piece, body, tree);
    case 'SelectStmt': {
      const node = searchPathSelect(body);
      if (node !== null) return { as: 'set', setting: readSetting(node), searchPath: searchPathOf(node), tree };
      const effect = selectEffect(tree);
      return effect === null ? { as: 'select', tree } : refused('select-with-effects', effect);
    }
    case 'ExplainStmt':
      return explain(body, tree);
    case 'TransactionStmt':
      return transaction(piece, String(body.kind));
    default:
      return notDeployed(piece);
  }
}

/** Gets here only where DROP INDEX is allowed. */
function dropIndex(piece: StatementPiece, body: DropStmt): Read {
  if (body.removeType !== 'OBJECT_INDEX') return notDeployed(piece);
  if (body.behavior === 'DROP_CASCADE')
    return refused(
      'drop-cascade',
      'CASCADE drops whatever depends on the index too, constraints among it; take the word out, and drop those by hand',
    );
  const indexes = droppedIndexes(body);
  return { as: 'drop-index', indexes, concurrently: body.concurrent === true, ifExists: body.missing_ok === true };
}

/** Gets here only where drops are allowed. */
function reindex(piece: StatementPiece, node: ReindexStmt): Read {
  const read = readReindex(node);
  if (read === null) {
    // Its options may stand before the word that says of what.
    const of = (node.kind ?? '').replace('REINDEX_OBJECT_', '');
    return refused('statement-refused', refusalOf(['REINDEX', of]) ?? notDeployed(piece).why);
  }
  return 'refused' in read ? refused('reindex-option', read.refused) : { as: 'reindex', ...read, node };
}

function comment(piece: StatementPiece, body: Record<string, unknown>, tree: Node): Read {
  const items = (body.object as { List?: { items?: unknown } } | undefined)?.List?.items;
  const parts = names(items);
  const name = parts.at(-1);
  if (body.objtype !== 'OBJECT_INDEX' || name === undefined) return notDeployed(piece);
  return { as: 'comment', schema: parts.at(-2) ?? null, name, tree };
}

function explain(body: Record<string, unknown>, tree: Node): Read {
  const query = (body.query ?? {}) as Record<string, unknown>;
  if (query.SelectStmt === undefined) {
    return refused(
      'explain-refused',
      'only EXPLAIN of a SELECT is accepted: with ANALYZE the server would carry the statement out',
    );
  }
  const effect = selectEffect(query);
  return effect === null
    ? { as: 'explain', tree }
    : refused('explain-refused', `what it explains is no mere question: ${effect}`);
}

function transaction(piece: StatementPiece, kind: string): Read {
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return { as: 'transaction', word: 'begin' };
  if (kind === 'TRANS_STMT_COMMIT') return { as: 'transaction', word: 'commit' };
  return notDeployed(piece);
}

function tablesOf(body: Record<string, unknown>): { schema: string | null; table: string }[] {
  return ((body.rels ?? []) as { VacuumRelation?: { relation?: { schemaname?: string; relname?: string } } }[]).map(
    (rel) => {
      const { schemaname, relname } = rel.VacuumRelation?.relation ?? {};
      return { schema: schemaname ?? null, table: relname ?? '' };
    },
  );
}

function unclosed(piece: StatementPiece): Refused {
  const open = piece.unclosed;
  const what =
    open?.kind === 'block-comment' ? 'the comment' : open?.kind === 'quoted-name' ? 'the quoted name' : 'the string';
  const why = `${what} that opens here is never closed, so that the rest of the file belongs to it`;
  return { as: 'refused', code: 'unclosed', why, at: (open?.at ?? piece.start) - piece.start };
}

/** What makes a statement another database's, as a refusal. */
export function ofDatabase({ database, why, at }: Foreign): Refused {
  return { as: 'refused', code: 'other-database', why: `it is written for ${database}: ${why}`, at, database };
}

function atByte(sql: string, byte: number | null): { at?: number } {
  return byte === null ? {} : { at: Buffer.from(sql).subarray(0, byte).toString().length };
}

function refused(code: string, why: string): Refused {
  return { as: 'refused', code, why };
}

function notDeployed(piece: StatementPiece): Refused {
  return refused(
    'statement-refused',
    refusalOf(piece.words) ?? 'a plan holds CREATE INDEX, ANALYZE, SET, COMMENT ON INDEX, SELECT and EXPLAIN only',
  );
}
