import { defaultIndexName } from './default-name.ts';
import type { CodedFinding as Finding } from './findings/index.ts';
import { quoteIdent, truncateIdentifier } from './ident.ts';
import { elementsOf, retargetIndex } from './index-statement.ts';
import type { IndexStmt } from './parser.ts';
import { firstWords } from './printable.ts';
import type { Session } from './session.ts';
import { isZero, KILLING_TIMEOUTS } from './settings.ts';
import type { StatementPiece } from './split.ts';
import type { Read, Refused } from './statement.ts';
import type {
  AnalyzeStep,
  AttachPartitionStep,
  CommentStep,
  CreateIndexStep,
  DropIndexStep,
  LeftOut,
  Place,
  PlanOptions,
  ReindexStep,
  SetStep,
  ValidationStep,
} from './types.ts';

/** Length of the shortest way to write it. */
const IF_NOT_EXISTS = 'if not exists '.length;

type As<K> = Extract<Read, { as: K }>;

/** Turns statements that were read into steps of the plan, with the settings in force where they stand. */
export class StepMaker {
  private readonly session: Session;
  private readonly options: PlanOptions;
  private readonly findings: Finding[];
  /** Index names of the plan so far, by what is known of their schema: a default name avoids them. */
  private readonly taken = new Set<string>();

  constructor(session: Session, options: PlanOptions, findings: Finding[]) {
    this.session = session;
    this.options = options;
    this.findings = findings;
  }

  createIndex(place: Place, piece: StatementPiece, { node }: As<'create-index'>): CreateIndexStep | Refused {
    const schema = node.relation?.schemaname ?? null;
    const concurrentlyWritten = node.concurrent === true;
    const only = node.relation?.inh !== true;
    // ON ONLY is for partitioned tables, on which the server takes no CONCURRENTLY.
    const concurrently = concurrentlyWritten || (this.options.makeConcurrent && !only);
    const scope = JSON.stringify(schema ?? this.session.searchPath);
    const nameIsDefault = node.idxname === undefined;
    const name = node.idxname ?? defaultIndexName(node, (candidate) => this.taken.has(`${scope} ${candidate}`));
    this.taken.add(`${scope} ${name}`);
    // Where a comment splits a string constant, PostgreSQL's scanner here needs it blanked.
    const buildSql =
      alreadyBuildable(piece.sql, node, name, concurrently) ??
      build(piece.sql, name, concurrently) ??
      build(piece.code, name, concurrently);
    if (buildSql === null) {
      return { as: 'refused', code: 'not-understood', why: 'indexdeck could not make out the parts of this statement' };
    }
    return {
      ...this.base(place, piece),
      kind: 'create-index',
      schema,
      table: node.relation?.relname ?? '',
      name,
      nameIsDefault,
      unique: node.unique === true,
      concurrently,
      madeConcurrent: concurrently && !concurrentlyWritten,
      ifNotExists: node.if_not_exists === true,
      method: node.accessMethod ?? 'btree',
      partialOrExpression: isPartialOrExpression(node),
      only,
      buildSql,
    };
  }

  dropIndexes(place: Place, piece: StatementPiece, read: As<'drop-index'>): DropIndexStep[] {
    const concurrently = read.concurrently || this.options.makeConcurrent;
    return read.indexes.map(({ schema, name }) => ({
      ...this.base(place, piece),
      kind: 'drop-index',
      schema,
      name: truncateIdentifier(name),
      concurrently,
      madeConcurrent: concurrently && !read.concurrently,
      ifExists: read.ifExists,
    }));
  }

  reindex(place: Place, piece: StatementPiece, { of, schema, name, ...read }: As<'reindex'>): ReindexStep {
    const concurrently = read.concurrently || this.options.makeConcurrent;
    const madeConcurrent = concurrently && !read.concurrently;
    return {
      ...this.base(place, piece),
      kind: 'reindex',
      of,
      schema,
      name: truncateIdentifier(name),
      concurrently,
      madeConcurrent,
    };
  }

  analyze(place: Place, piece: StatementPiece, { tables }: As<'analyze'>): AnalyzeStep {
    return { ...this.base(place, piece), kind: 'analyze', tables };
  }

  attachPartition(place: Place, piece: StatementPiece, read: As<'attach-partition'>): AttachPartitionStep {
    return { ...this.base(place, piece), kind: 'attach-partition', ...read.parent, partition: read.partition };
  }

  comment(place: Place, piece: StatementPiece, { schema, name }: As<'comment'>): CommentStep {
    return { ...this.base(place, piece), kind: 'comment', schema, name };
  }

  validation(place: Place, piece: StatementPiece, read: As<'select' | 'explain'>): ValidationStep {
    return { ...this.base(place, piece), kind: read.as };
  }

  set(place: Place, piece: StatementPiece, { setting: read, searchPath }: As<'set'>): SetStep | LeftOut {
    const what = firstWords(piece.sql);
    if (read.as === 'left-out') return { ...place, what, why: read.why };
    if (read.as === 'refused') throw new Error('a refused setting makes no step');
    if (read.as === 'reset-all') {
      const step = {
        ...this.base(place, piece),
        kind: 'set' as const,
        setting: { name: 'all', value: null },
        local: false,
      };
      this.session.resetAll();
      return step;
    }
    const { setting, local } = read;
    if (local && !this.session.open) {
      this.findings.push({
        level: 'warning',
        code: 'set-local-outside',
        what: `SET LOCAL ${setting.name} stands outside BEGIN ... COMMIT, where it has no effect`,
        why: 'The server answers with a warning and changes nothing.',
        advice: 'Write SET instead of SET LOCAL if the steps after it need the setting.',
        place,
      });
      return { ...place, what, why: 'SET LOCAL has no effect outside a transaction' };
    }
    this.warnOfTimeout(place, setting.name, setting.value);
    const step = { ...this.base(place, piece), kind: 'set' as const, setting, local };
    this.session.set(setting, searchPath, local);
    return step;
  }

  private base(place: Place, piece: StatementPiece) {
    const { settings, searchPath } = this.session;
    return { ...place, sql: piece.sql, settings, searchPath };
  }

  private warnOfTimeout(place: Place, name: string, value: string | null): void {
    if (!KILLING_TIMEOUTS.has(name) || value === null || isZero(value)) return;
    this.findings.push({
      level: 'warning',
      code: 'timeout-kills-builds',
      what: `${name} is set to ${value}`,
      why: `It would kill builds: ${name === 'lock_timeout' ? 'it counts in every wait of CREATE INDEX CONCURRENTLY too' : 'a build takes as long as it takes'}.`,
      advice: 'Nothing to do: indexdeck sets it to 0 for its builders. Take the line out to be rid of this warning.',
      place,
    });
  }
}

const USUAL =
  /^(create\s+(?:unique\s+)?index\s+concurrently\s+)(?:if\s+not\s+exists\s+)?([a-z_][a-z0-9_]*|"(?:[^"]|"")+")\s+on\s/i;

/**
 * The statement to send where that takes no parser: it is written as it is sent, but for IF NOT EXISTS, its name quoted as it
 * would be here. Null when it is not, or when a comment may be in it.
 */
function alreadyBuildable(sql: string, node: IndexStmt, name: string, concurrently: boolean): string | null {
  if (!concurrently || node.concurrent !== true || node.idxname === undefined) return null;
  const [, head, written] = USUAL.exec(sql) ?? [];
  if (head === undefined || written !== quoteIdent(name) || /--|\/\*/.test(sql)) return null;
  return node.if_not_exists === true ? head + sql.slice(sql.indexOf(written, head.length + IF_NOT_EXISTS)) : sql;
}

function build(code: string, name: string, concurrently: boolean): string | null {
  try {
    return retargetIndex(code, { name, concurrently });
  } catch {
    return null;
  }
}

function isPartialOrExpression(node: IndexStmt): boolean {
  const expression = elementsOf(node.indexParams).some(({ expr }) => expr !== undefined);
  return expression || node.whereClause !== undefined;
}
