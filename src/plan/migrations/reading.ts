import { type Node, parseStatement } from '../parser.ts';
import type { StatementPiece } from '../split.ts';
import { names, walk } from '../tree.ts';
import type { Migration, SourceFile } from '../types.ts';
import { atlas, dbmate, goose, graphileMigrate, liquibase, sqlMigrate } from './marked.ts';
import { nodePgMigrate } from './node-pg-migrate.ts';
import { alembic, drizzle, flyway, golangMigrate, prisma, rails, sqitch, supabase } from './placed.ts';
import type { Directive, MigrationFile, Part, Tool } from './tool.ts';

/** What a file says by itself counts before what its name says. */
const TOOLS: readonly Tool[] = [
  liquibase,
  goose,
  dbmate,
  sqlMigrate,
  nodePgMigrate,
  graphileMigrate,
  golangMigrate,
  flyway,
  sqitch,
  drizzle,
  prisma,
  supabase,
  atlas,
  alembic,
  rails,
];

/** Tables in which migration tools write down what they did. */
const HISTORY =
  /^(?:goose_db_version|schema_migrations|ar_internal_metadata|gorp_migrations|flyway_schema_history|schema_version|databasechangelog(?:lock)?|pgmigrations|_prisma_migrations|__drizzle_migrations|alembic_version|atlas_schema_revisions|atlas_migrations_hashes?)$/;
const HISTORY_SCHEMA = /^(?:sqitch|graphile_migrate|supabase_migrations|atlas_schema_revisions|drizzle)$/;
const COMMENT_LINE = /^\uFEFF?[ \t]*--.*$/gm;
const MOST_COMMENT_LINES = 20_000;

/** Reads one file as its migration tool would: which part it is in, and what its comments say to the tool. */
export class MigrationReading {
  readonly migration: Migration;
  readonly tool: Tool;
  readonly file: MigrationFile;
  part: Part;
  /** It has something of the way there, be it empty. */
  goesUp: boolean;
  /** Why statements of an ignored part are ignored. */
  ignoredFor: string;
  private transactionSaid = false;
  /** Parts that had a mark of their own, and whether the newest mark was another one for one of these. */
  private readonly marked = new Set<Part>();
  private repeated = false;

  constructor(tool: Tool, file: MigrationFile) {
    this.tool = tool;
    this.file = file;
    this.part = tool.begins?.(file) ?? 'up';
    this.goesUp = this.part === 'up';
    this.ignoredFor = `${tool.name} runs it only to verify, or not at all`;
    const version = tool.version(file);
    this.migration = {
      tool: tool.name,
      file: file.path,
      version,
      transaction: tool.transaction(file),
      ...tool.marking(file, version),
      down: [],
    };
  }

  /** What a comment says to the tool, taken note of; null when it says nothing to it. */
  take(comment: string, ownLine: boolean): Directive | null {
    const directive = this.said(comment, ownLine);
    if (directive === null) return null;
    if ('part' in directive && directive.part !== undefined) this.enter(directive.part);
    if ('why' in directive && directive.as === 'heading' && directive.why !== undefined)
      this.ignoredFor = directive.why;
    if ('transaction' in directive && directive.transaction !== undefined) this.transaction(directive.transaction);
    return directive;
  }

  /** Whether a comment is a mark of the tool; marks stand on lines of their own. */
  isMark(comment: string, ownLine: boolean): boolean {
    return this.said(comment, ownLine) !== null;
  }

  private said(comment: string, ownLine: boolean): Directive | null {
    return ownLine || this.tool.anywhere === true ? (this.tool.directive?.(comment) ?? null) : null;
  }

  /** Why the tool would not see a mark that `take` takes note of, as a clause; null when it does. */
  unseen(comment: string, column: number): string | null {
    if (this.repeated)
      return `to ${this.tool.name} the first mark of each way counts, and what follows belongs where it stands`;
    return this.tool.unseen?.(comment, column, this.file) ?? null;
  }

  private enter(part: Part): void {
    this.repeated = this.tool.firstMarks === true && this.marked.has(part);
    if (this.repeated) return;
    this.marked.add(part);
    this.part = part;
    this.goesUp ||= part === 'up';
    if (part === 'ignored') this.ignoredFor = `${this.tool.name} is told to ignore it`;
  }

  /** Of several parts with and without a transaction the one with it counts: CONCURRENTLY would fail there. */
  private transaction(said: Migration['transaction']): void {
    const { transaction } = this.migration;
    this.migration.transaction = this.transactionSaid && transaction === 'on' ? 'on' : said;
    this.transactionSaid = true;
  }
}

/** How the migration tool that the file belongs to reads it; null when it is nobody's. */
export function migrationReading(source: SourceFile, text: string): MigrationReading | null {
  const segments = source.path.split(/[\\/]/);
  const file: MigrationFile = {
    path: source.path,
    segments,
    name: segments.at(-1) ?? '',
    text,
    comments: commentLines(text),
    neighbours: source.neighbours ?? [],
    config: source.config ?? '',
  };
  const tool = TOOLS.find((each) => each.owns(file));
  return tool === undefined ? null : new MigrationReading(tool, file);
}

function commentLines(text: string): string {
  const lines: string[] = [];
  COMMENT_LINE.lastIndex = 0;
  for (let found = COMMENT_LINE.exec(text); found !== null; found = COMMENT_LINE.exec(text)) {
    lines.push(found[0].slice(0, 400));
    if (lines.length === MOST_COMMENT_LINES) break;
  }
  return lines.join('\n');
}

/** The history table that a statement writes to or makes, or null. */
export function bookkeeping(piece: StatementPiece): string | null {
  const [first = ''] = piece.words;
  const writes = first === 'INSERT' || first === 'UPDATE' || first === 'DELETE';
  if (!writes && !(first === 'CREATE' && piece.words.includes('TABLE'))) return null;
  const parsed = parseStatement(piece.code);
  if (!parsed.ok) return null;
  const [[kind, body] = ['', {}]] = Object.entries(parsed.statement) as [string, Record<string, unknown>][];
  if (!/^(?:InsertStmt|UpdateStmt|DeleteStmt|CreateStmt)$/.test(kind)) return null;
  const { relname = '', schemaname = '' } = (body.relation ?? {}) as { relname?: string; schemaname?: string };
  return HISTORY.test(relname) || (kind !== 'CreateStmt' && HISTORY_SCHEMA.test(schemaname)) ? relname : null;
}

/** The indexes that a statement drops. */
export function droppedIndexes(tree: Node): { drops: string[]; concurrently: boolean } {
  const drops: string[] = [];
  let concurrently = false;
  walk(tree, (key, node) => {
    if (key !== 'DropStmt' || node.removeType !== 'OBJECT_INDEX') return;
    concurrently = node.concurrent === true;
    for (const object of (node.objects ?? []) as { List?: { items?: unknown } }[]) {
      const name = names(object.List?.items).at(-1);
      if (name !== undefined) drops.push(name);
    }
  });
  return { drops, concurrently };
}
