import { type LexemeKind, lexemeAt } from './lexer.ts';

/** What makes a statement another database's. */
export interface Foreign {
  database: string;
  /** A clause that goes on after "it is written for ...: ". */
  why: string;
  /** Offset in the statement. */
  at: number;
}

interface Token {
  kind: LexemeKind;
  /** Words in upper case. */
  text: string;
  at: number;
}

const MOST_TOKENS = 400;
/** Characters in which a client's words are looked for. */
const LONGEST = 20_000;
const ADDS_A_COLUMN =
  'PostgreSQL would add a column called index or key; write CREATE INDEX CONCURRENTLY name ON table (columns)';

const SQL_SERVER_OPTION = /^(?:online|sort_in_tempdb|pad_index|drop_existing|maxdop|data_compression)$/;

/** A place in the statement where the rule holds, or -1. */
type Test = (statement: Statement) => number;
type Rule = readonly [database: string, why: string, test: Test];

class Statement {
  readonly sql: string;
  readonly tokens: Token[];
  /** CREATE INDEX, ALTER TABLE: the first words that tell what it is about. */
  readonly about: string;
  /** Its beginning with strings and comments blanked. */
  private lines: string | undefined;

  constructor(sql: string) {
    this.sql = sql;
    this.tokens = tokensOf(sql);
    const [first = '', ...rest] = this.tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text);
    const object = rest.slice(0, 4).find((word) => /^(?:INDEX|TABLE|FUNCTION|PROCEDURE|TRIGGER|VIEW)$/.test(word));
    this.about = `${first} ${object ?? ''}`.trim();
  }

  /** Offset where these tokens follow one another; `*` stands for any one, `a|b` for either. */
  find(pattern: string, from = 0): number {
    const wanted = pattern.split(' ').map((part) => (part === '*' ? null : new Set(part.split('|'))));
    for (let i = from; i <= this.tokens.length - wanted.length; i++) {
      if (wanted.every((words, n) => words === null || words.has(this.tokens[i + n]?.text ?? '')))
        return this.tokens[i]?.at ?? -1;
    }
    return -1;
  }

  /** The same, only in a statement about that. */
  in(about: string, pattern: string): number {
    return this.about === about ? this.find(pattern) : -1;
  }

  /** After the columns of a CREATE INDEX. */
  afterColumns(pattern: string): number {
    const close = this.tokens.findIndex(({ text }) => text === ')');
    return this.about === 'CREATE INDEX' && close >= 0 ? this.find(pattern, close) : -1;
  }

  line(pattern: RegExp): number {
    this.lines ??= blanked(this.sql.slice(0, LONGEST));
    return new RegExp(pattern.source, 'im').exec(this.lines)?.index ?? -1;
  }

  starts(pattern: string): number {
    return this.find(pattern) === this.tokens[0]?.at ? 0 : -1;
  }
}

const any = (...found: number[]): number => found.find((at) => at >= 0) ?? -1;

/** The first that holds counts: the narrower ones stand first. */
const RULES: readonly Rule[] = [
  [
    'ClickHouse',
    'a data skipping index (TYPE ... GRANULARITY) is no index of PostgreSQL',
    (s) => s.find('TYPE MINMAX|SET|BLOOM_FILTER|NGRAMBF_V1|TOKENBF_V1|TEXT|VECTOR_SIMILARITY'),
  ],
  [
    'ClickHouse',
    'PostgreSQL has no ON CLUSTER',
    (s) => (/ (?:TABLE|INDEX)$/.test(s.about) ? s.find('ON CLUSTER *') : -1),
  ],
  ['ClickHouse', 'PostgreSQL has no table engines', (s) => mergeTree(s)],
  ['ClickHouse', 'PostgreSQL has no MATERIALIZE INDEX', (s) => s.find('MATERIALIZE INDEX')],
  [
    'MySQL',
    ADDS_A_COLUMN,
    (s) => any(s.in('ALTER TABLE', 'ADD INDEX|KEY'), s.in('ALTER TABLE', 'ADD UNIQUE|FULLTEXT|SPATIAL INDEX|KEY')),
  ],
  ['MySQL', 'an index is dropped with DROP INDEX CONCURRENTLY name', (s) => s.in('ALTER TABLE', 'DROP INDEX|KEY *')],
  ['SQL Server', 'PostgreSQL puts names in double quotes, not in brackets', (s) => brackets(s)],
  [
    'SQL Server',
    'PostgreSQL has no clustered or columnstore indexes; leave the word out',
    (s) => s.find('CLUSTERED|NONCLUSTERED|COLUMNSTORE'),
  ],
  [
    'SQL Server',
    'GO is a word of its client; end statements with a semicolon',
    (s) => s.line(/^[ \t]*GO[ \t]*(?:\d+[ \t]*)?\r?$/),
  ],
  [
    'SQL Server',
    'this option does not exist here; to build without stopping writes write CREATE INDEX CONCURRENTLY',
    (s) =>
      s.about === 'CREATE INDEX' || s.about === 'ALTER INDEX'
        ? s.find(
            'ONLINE|SORT_IN_TEMPDB|PAD_INDEX|DROP_EXISTING|DATA_COMPRESSION|MAXDOP|STATISTICS_NORECOMPUTE|IGNORE_DUP_KEY|ALLOW_ROW_LOCKS|ALLOW_PAGE_LOCKS|OPTIMIZE_FOR_SEQUENTIAL_KEY =',
          )
        : -1,
  ],
  ['SQL Server', 'PostgreSQL has no filegroups', (s) => s.afterColumns('ON PRIMARY')],
  ['SQL Server', 'PostgreSQL has no such catalog; write IF NOT EXISTS in CREATE INDEX', (s) => s.find('SYS . INDEXES')],
  [
    'SQL Server',
    'PostgreSQL has no IF outside of functions; write IF NOT EXISTS in CREATE INDEX',
    (s) => s.starts('IF'),
  ],
  ['SQL Server', 'PostgreSQL has no such variables or procedures', (s) => any(s.starts('DECLARE @'), s.starts('EXEC'))],
  ['SQL Server', 'REINDEX INDEX CONCURRENTLY builds an index anew', (s) => s.find('ON * REBUILD|REORGANIZE')],
  [
    'CockroachDB',
    'what an index stores beside its keys is written INCLUDE (columns)',
    (s) => s.afterColumns('STORING|COVERING ('),
  ],
  ['CockroachDB', 'PostgreSQL has no inverted indexes: take USING gin', (s) => s.starts('CREATE INVERTED INDEX')],
  ['CockroachDB', 'PostgreSQL has no hash-sharded indexes', (s) => s.afterColumns('USING HASH WITH ( BUCKET_COUNT')],
  ['YugabyteDB', 'PostgreSQL has no tablets', (s) => s.afterColumns('SPLIT INTO|AT')],
  [
    'YugabyteDB',
    'leave NONCONCURRENTLY out, or write CONCURRENTLY',
    (s) => s.in('CREATE INDEX', 'INDEX NONCONCURRENTLY'),
  ],
  [
    'Db2',
    'PostgreSQL goes through every index in both directions',
    (s) => s.afterColumns('ALLOW|DISALLOW REVERSE SCANS'),
  ],
  ['Db2', 'write CREATE UNIQUE INDEX: NULLs are distinct', (s) => s.starts('CREATE UNIQUE WHERE NOT NULL INDEX')],
  ['Oracle', 'PostgreSQL has no bitmap indexes', (s) => s.starts('CREATE BITMAP')],
  [
    'Oracle',
    'PostgreSQL has no such clause; to build without stopping writes write CREATE INDEX CONCURRENTLY',
    (s) =>
      any(
        s.afterColumns('ONLINE'),
        s.afterColumns('NOLOGGING|LOGGING|NOPARALLEL|NOCOMPRESS|REVERSE|NOREVERSE|PCTFREE|INITRANS|INDEXTYPE'),
        s.afterColumns('COMPUTE STATISTICS'),
        s.afterColumns('PARALLEL'),
        s.afterColumns('COMPRESS'),
        s.afterColumns('STORAGE ('),
        s.afterColumns('LOCAL|GLOBAL'),
        s.in('ALTER INDEX', 'REBUILD'),
      ),
  ],
  ['Oracle', 'a slash on a line of its own is a word of its client', (s) => s.line(/^[ \t]*\/[ \t]*\r?$/)],
  ['Oracle', 'PL/SQL cannot be run here; lift the index statements out', (s) => s.find('EXECUTE IMMEDIATE')],
  ['Oracle', 'PostgreSQL has no such type', (s) => s.find('VARCHAR2|NVARCHAR2|NUMBER (')],
  [
    'Oracle',
    'this is a command of its client',
    (s) => any(s.starts('PROMPT'), s.starts('WHENEVER SQLERROR'), s.starts('REM')),
  ],
  ['SQLite', 'PostgreSQL has no PRAGMA', (s) => s.starts('PRAGMA')],
  ['SQLite', 'PostgreSQL has no such clause', (s) => any(s.find('AUTOINCREMENT'), s.find('WITHOUT ROWID'))],
  [
    'SQLite',
    'this is a command of its client',
    (s) => s.line(/^\.(?:mode|headers?|tables|schema|read|import|output|indexes|indices)\b/),
  ],
  [
    'SQLite',
    'an index is made in the schema of its table: leave the schema out before its name',
    (s) => s.in('CREATE INDEX', 'MAIN|TEMP . * ON'),
  ],
  [
    'SQLite',
    'an index must not be unique by a conflict clause',
    (s) => s.find('ON CONFLICT REPLACE|IGNORE|ABORT|FAIL'),
  ],
  ['MySQL', 'PostgreSQL puts names in double quotes, not in backticks', (s) => s.find('`')],
  ['MySQL', 'PostgreSQL has no table engines', (s) => any(s.find('ENGINE ='), s.find('ENGINE INNODB|MYISAM'))],
  ['MySQL', 'PostgreSQL has no such clause', (s) => any(s.find('AUTO_INCREMENT'), s.find('KEY_BLOCK_SIZE'))],
  [
    'MySQL',
    'PostgreSQL has no such indexes: take USING gin, or USING gist',
    (s) => s.starts('CREATE FULLTEXT|SPATIAL INDEX'),
  ],
  [
    'MySQL',
    'write CREATE INDEX CONCURRENTLY, which does not stop writes, instead of ALGORITHM and LOCK',
    (s) => any(s.find('ALGORITHM ='), s.find('LOCK = NONE|SHARED|DEFAULT|EXCLUSIVE')),
  ],
  ['MySQL', 'an index is dropped by its name alone: DROP INDEX CONCURRENTLY name', (s) => s.in('DROP INDEX', '* ON *')],
  ['MySQL', 'comments begin with two dashes', (s) => s.line(/^[ \t]*#(?!>)/)],
  ['MySQL', 'DELIMITER is a word of its client', (s) => s.starts('DELIMITER')],
  ['MySQL', 'a plan goes to the database that -d names', (s) => s.starts('USE')],
  ['MySQL', 'a comment on an index is written COMMENT ON INDEX name IS ...', (s) => stringAfter(s, 'COMMENT')],
  ['MySQL', 'PostgreSQL has no invisible indexes', (s) => s.afterColumns('INVISIBLE|VISIBLE')],
  [
    'MySQL',
    'PostgreSQL has no such statement',
    (s) => any(s.starts('SHOW INDEX|INDEXES|KEYS'), s.starts('OPTIMIZE TABLE')),
  ],
];

/** Whose SQL it is, when something in the statement says that it is not PostgreSQL's. */
export function otherDatabase(sql: string): Foreign | null {
  const statement = new Statement(sql);
  for (const [database, why, test] of RULES) {
    const at = test(statement);
    if (at >= 0) return { database, why, at };
  }
  return null;
}

/** ALTER TABLE t ADD INDEX n (a, b), which PostgreSQL reads as a column called index of a type called n. */
export function foreignAlter(sql: string): Foreign | null {
  const { tokens, about } = new Statement(sql);
  if (about !== 'ALTER TABLE') return null;
  const at = tokens.findIndex(
    ({ text }, i) =>
      text === 'ADD' &&
      /^(?:INDEX|KEY)$/.test(tokens[i + 1]?.text ?? '') &&
      tokens[i + 3]?.text === '(' &&
      /^(?:word|quoted-name)$/.test(tokens[i + 4]?.kind ?? ''),
  );
  const token = tokens[at];
  return token === undefined ? null : { database: 'MySQL', why: ADDS_A_COLUMN, at: token.at };
}

/** Of an index that PostgreSQL reads, but in another sense: MySQL's prefix lengths, SQL Server's options. */
export function foreignSense(index: unknown, sql: string): Foreign | null {
  let prefix: string | null = null;
  for (const element of (index as { indexParams?: { IndexElem?: { expr?: unknown } }[] }).indexParams ?? []) {
    prefix ??= prefixLength(element.IndexElem?.expr);
  }
  if (prefix !== null) {
    const why = `${prefix} is a call of a function ${prefix.replace(/\(.*/, '')}() here, not the beginning of a column; write (left(${prefix.replace('(', ', ').replace(')', '')}))`;
    return { database: 'MySQL', why, at: 0 };
  }
  const names = ((index as { options?: { DefElem?: { defname?: string } }[] }).options ?? []).map(
    ({ DefElem: option }) => option?.defname ?? '',
  );
  return names.some((name) => SQL_SERVER_OPTION.test(name)) ? otherDatabase(sql) : null;
}

/** `name(10)`: one whole number, and so the same for every row. */
function prefixLength(expr: unknown): string | null {
  const call = (expr as { FuncCall?: { funcname?: { String?: { sval?: string } }[]; args?: unknown[] } } | undefined)
    ?.FuncCall;
  const [only, ...more] = call?.args ?? [];
  const length = (only as { A_Const?: { ival?: { ival?: number } } } | undefined)?.A_Const?.ival?.ival;
  if (call?.funcname?.length !== 1 || length === undefined || more.length > 0) return null;
  return `${call.funcname[0]?.String?.sval}(${length})`;
}

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length && tokens.length < MOST_TOKENS; ) {
    const { kind, end } = lexemeAt(sql, at);
    const raw = sql.slice(at, end);
    if (kind !== 'space' && kind !== 'line-comment' && kind !== 'block-comment')
      tokens.push({ kind, text: kind === 'word' ? raw.toUpperCase() : kind === 'string' ? "'" : raw, at });
    at = end;
  }
  return tokens;
}

/** The text with strings and comments blanked, so that a line in them is none. */
function blanked(sql: string): string {
  let out = '';
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    const raw = sql.slice(at, end);
    out += /string|comment|quoted/.test(kind) ? raw.replace(/[^\n]/g, '.') : raw;
    at = end;
  }
  return out;
}

/** `[name]` where a name belongs; an array's subscript follows a name or a parenthesis. */
function brackets({ tokens }: Statement): number {
  const at = tokens.findIndex(
    ({ text }, i) =>
      text === '[' &&
      tokens[i + 1]?.kind === 'word' &&
      /^(?:INDEX|ON|TABLE|INTO|FROM|UPDATE|EXISTS|CONCURRENTLY|KEY|CONSTRAINT|USE|\(|,|\.)$/.test(
        tokens[i - 1]?.text ?? '',
      ) &&
      tokens.slice(i + 1, i + 8).some(({ text: later }) => later === ']'),
  );
  return tokens[at]?.at ?? -1;
}

function mergeTree({ tokens }: Statement): number {
  const at = tokens.findIndex(
    ({ text }, i) => text === 'ENGINE' && tokens[i + 1]?.text === '=' && /MERGETREE$/.test(tokens[i + 2]?.text ?? ''),
  );
  return tokens[at]?.at ?? -1;
}

function stringAfter({ tokens, about }: Statement, word: string): number {
  if (about !== 'CREATE INDEX') return -1;
  const at = tokens.findIndex(({ text }, i) => text === word && tokens[i + 1]?.text === "'");
  return tokens[at]?.at ?? -1;
}
