import { constant, folderOf, hasLine, leadingNumber, type MigrationFile, type Tool } from './tool.ts';

/** Tools whose files hold both ways, told apart by comments. */

const GOOSE = /^[ \t]*--[ \t]*\+goose[ \t]+(\S.*?)[ \t\r]*$/i;

/**
 * pressly/goose. From its documentation (Annotations): in any case, on lines of their own without a blank before them. From
 * internal/sqlparser/parser.go: statements before `+goose Up` are refused. From database/dialect/postgres.go: the row, whose
 * other columns have defaults; there is no command for it (its issue "Allow mark as applied").
 */
export const goose: Tool = {
  name: 'goose',
  owns: (file) => hasLine(file, GOOSE),
  begins: () => 'before',
  transaction: () => 'on',
  directive(comment) {
    const [, word = ''] = GOOSE.exec(comment) ?? [];
    switch (word.toUpperCase().replace(/\s+/g, ' ')) {
      case '':
        return null;
      case 'UP':
        return { as: 'part', part: 'up' };
      case 'DOWN':
        return { as: 'part', part: 'down' };
      case 'NO TRANSACTION':
        return { as: 'transaction', transaction: 'off' };
      case 'STATEMENTBEGIN':
      case 'STATEMENTEND':
      case 'ENVSUB OFF':
        return { as: 'understood' };
      case 'ENVSUB ON':
        return { as: 'refused', why: 'goose would put environment variables here; write the values themselves' };
      default:
        return { as: 'refused', why: `goose knows no annotation ${word}` };
    }
  },
  unseen: (_comment, column) =>
    column === 1 ? null : 'goose refuses a file where a blank stands before one of its marks',
  version: leadingNumber,
  marking: (_file, version) => ({
    command: null,
    how: `goose has no command for it: INSERT INTO goose_db_version (version_id, is_applied) VALUES (${version.replace(/^0+(?=\d)/, '')}, true)`,
  }),
  withoutTransaction: '-- +goose NO TRANSACTION',
};

const DBMATE = /^[ \t]*--[ \t]*migrate:(up|down)(?:[ \t]+(\S.*?))?[ \t\r]*$/i;

/** The marks as dbmate finds them. */
const DBMATE_SEES = /^--\s*migrate:(?:up|down)(?:\s|$)/;

/**
 * dbmate. From its pkg/dbmate/migration.go: two marks in lower case at the beginning of a line, the first of each counts;
 * statements before `migrate:up` are refused; options are key:value. From pkg/driver/postgres/postgres.go: a row is the version
 * alone; there is no command for it.
 */
export const dbmate: Tool = {
  name: 'dbmate',
  owns: (file) => hasLine(file, DBMATE),
  begins: () => 'before',
  firstMarks: true,
  transaction: () => 'on',
  directive(comment) {
    const [, part, options = ''] = DBMATE.exec(comment) ?? [];
    if (part === undefined) return null;
    const transaction = /(?:^|\s)transaction:false(?:\s|$)/i.test(options) ? 'off' : 'on';
    return part.toLowerCase() === 'up' ? { as: 'part', part: 'up', transaction } : { as: 'part', part: 'down' };
  },
  unseen: (comment, column) =>
    column === 1 && DBMATE_SEES.test(comment) && !/transaction:false/i.test(comment.replace('transaction:false', ''))
      ? null
      : 'dbmate finds marks and options in lower case alone, at the beginning of a line',
  version: leadingNumber,
  marking: (_file, version) => ({
    command: null,
    how: `dbmate has no command for it: INSERT INTO schema_migrations (version) VALUES (${constant(version)})`,
  }),
  withoutTransaction: '-- migrate:up transaction:false',
};

const SQL_MIGRATE = /^[ \t]*--[ \t]*\+migrate[ \t]+(\S+)(?:[ \t]+(\S.*?))?[ \t\r]*$/i;

/** The marks as sql-migrate reads them; another word after `+migrate` it passes over in silence. */
const SQL_MIGRATE_SEES = /^-- \+migrate (?:[ \t]*)(?:Up|Down|StatementBegin|StatementEnd)(?:\s|$)/;

/**
 * rubenv/sql-migrate. From its sqlparse/sqlparse.go: marks at the beginning of a line, written as here; statements before the
 * first one are passed over in silence. From sql-migrate/command_skip.go: `skip` marks what is pending and runs nothing.
 */
export const sqlMigrate: Tool = {
  name: 'sql-migrate',
  owns: (file) => hasLine(file, SQL_MIGRATE),
  begins: () => 'before',
  transaction: () => 'on',
  directive(comment) {
    const [, word, options = ''] = SQL_MIGRATE.exec(comment) ?? [];
    switch (word?.toLowerCase()) {
      case undefined:
        return null;
      case 'up':
        return { as: 'part', part: 'up', transaction: /\bnotransaction\b/i.test(options) ? 'off' : 'on' };
      case 'down':
        return { as: 'part', part: 'down' };
      case 'statementbegin':
      case 'statementend':
        return { as: 'understood' };
      default:
        return { as: 'refused', why: `sql-migrate knows no command ${word}` };
    }
  },
  unseen: (comment, column) =>
    column === 1 && SQL_MIGRATE_SEES.test(comment) && !/notransaction/i.test(comment.replace('notransaction', ''))
      ? null
      : 'sql-migrate reads -- +migrate Up and Down at the beginning of a line, with these capitals and blanks, and runs on past others',
  version: ({ name }) => name,
  marking: (_file, version) => ({
    command: 'sql-migrate skip -limit=1',
    how: `it marks the next migration that is not applied, and that has to be ${version}`,
  }),
  withoutTransaction: '-- +migrate Up notransaction',
};

const CHANGESET = /^[ \t]*--[ \t]*changeset[ \t]+((?:"[^"]+"|[^:]+):(?:"[^"]+"|\S+))(.*?)[ \t\r]*$/i;
const ROLLBACK = /^([ \t]*--[ \t]*rollback[ \t]+)(\S.*)$/i;
const LIQUIBASE_WORD =
  /^[ \t]*--[ \t]*(?:liquibase[ \t]+formatted[ \t]+sql|comments?[ \t]*:|(?:valid)CheckSums?\b|preconditions?\b|precondition-|labels\b|logicalFilePath\b|rollback[ \t]*\r?$)/i;
const IGNORE_LINES = /^[ \t]*--[ \t]*ignoreLines:(\w+)/i;
const BLOCK_ROLLBACK = /^(\/\*[ \t]*liquibase[ \t]+rollback\b[^\n]*\n?)([\s\S]*?)(?:\*\/)?$/i;

/**
 * Liquibase's formatted SQL: one changeset after another; the way back stands in comments. From its
 * AbstractFormattedChangeLogParser.java: the patterns, in any case; an author may hold blanks; of ignore:true nothing is run.
 * changelog-sync marks without running; a changeset's identity is file::id::author (documentation of `update`).
 */
export const liquibase: Tool = {
  name: 'Liquibase',
  owns: (file) => /^\uFEFF?\s*--\s*liquibase\s+formatted\s+sql/i.test(file.text),
  begins: () => 'before',
  transaction: () => 'on',
  directive(comment) {
    const [, id, attributes = ''] = CHANGESET.exec(comment) ?? [];
    if (id !== undefined) return changeset(id.replaceAll('"', ''), attributes);
    if (/^[ \t]*--[ \t]*changeset\b/i.test(comment))
      return { as: 'refused', part: 'up', why: 'Liquibase reads a changeset as --changeset author:id' };
    const [, before = '', sql] = ROLLBACK.exec(comment) ?? BLOCK_ROLLBACK.exec(comment) ?? [];
    // Not SQL, but that there is no way back, or whose it is.
    if (sql !== undefined && /^(?:empty\b|not required\b|changesetId:)/i.test(sql.trim())) return { as: 'understood' };
    if (sql !== undefined) return { as: 'way-back', sql, offset: before.length };
    const [, ignored] = IGNORE_LINES.exec(comment) ?? [];
    if (ignored?.toLowerCase() === 'start') return { as: 'part', part: 'ignored' };
    if (ignored?.toLowerCase() === 'end') return { as: 'part', part: 'up' };
    if (ignored !== undefined)
      return { as: 'refused', why: 'write --ignoreLines:start and --ignoreLines:end instead of a number of lines' };
    if (/^[ \t]*--[ \t]*property\b/i.test(comment))
      return { as: 'refused', why: 'Liquibase would put properties in; write the values themselves' };
    if (/^[ \t]*--[ \t]*include(?:All)?\b[ \t]+file:/i.test(comment))
      return { as: 'refused', why: 'Liquibase would include another file here; name that file beside this one' };
    return LIQUIBASE_WORD.test(comment) ? { as: 'understood' } : null;
  },
  version: ({ name }) => name,
  marking: (file) => ({
    command: `liquibase changelog-sync --changelog-file=${file.path}`,
    how: 'it marks every changeset of the file that is not applied yet; a changeset is known by the path too, so name the file as the root changelog does',
  }),
  withoutTransaction: 'runInTransaction:false at the changeset',
};

function changeset(id: string, attributes: string): ReturnType<NonNullable<Tool['directive']>> {
  const attribute = (name: string) => new RegExp(`\\b${name}:("[^"]*"|\\S+)`, 'i').exec(attributes)?.[1];
  const delimiter = attribute('endDelimiter')?.replaceAll('"', '');
  if (delimiter !== undefined && delimiter !== ';')
    return { as: 'refused', part: 'up', why: `its statements end at ${delimiter}; end them with a semicolon` };
  const transaction = attribute('runInTransaction')?.toLowerCase() === 'false' ? 'off' : 'on';
  const databases = attribute('dbms')?.replaceAll('"', '').toLowerCase().split(',') ?? [];
  const others = databases.filter((name) => !name.startsWith('!'));
  const meant =
    !databases.includes('none') &&
    !databases.includes('!postgresql') &&
    (others.length === 0 || others.some((name) => name === 'postgresql' || name === 'all'));
  if (!meant)
    return {
      as: 'heading',
      title: id,
      part: 'ignored',
      why: `changeset ${id} is for ${databases.join(', ')} only`,
    };
  if (attribute('ignore')?.toLowerCase() === 'true')
    return { as: 'heading', title: id, part: 'ignored', why: `changeset ${id} is marked with ignore:true` };
  const only = ['contextFilter', 'context', 'labels'].flatMap((name) => {
    const said = attribute(name)?.replaceAll('"', '');
    return said === undefined || said === '' ? [] : [`${name} ${said}`];
  });
  return { as: 'heading', title: only.length === 0 ? id : `${id} (${only.join(', ')})`, part: 'up', transaction };
}

const GRAPHILE = /^[ \t]*--!(.*?)[ \t\r]*$/;

const GRAPHILE_HEAD = /^--! (\w+): (.*?)\r?$/gm;

/** What stands after the head, which an empty line ends. */
const graphileBody = ({ text }: MigrationFile): string =>
  /^(?:--! \w+: [^\n]*\n)+\r?\n([\s\S]*)$/.exec(text)?.[1] ?? text;

const graphileRow = ({ name, text }: MigrationFile): string => {
  const head = new Map([...text.matchAll(GRAPHILE_HEAD)].map(([, key = '', value = '']) => [key, value]));
  const hash = head.get('Hash');
  const previous = head.get('Previous');
  const values =
    hash === undefined || previous === undefined
      ? `, with the hashes of the file's head and ${constant(name)}`
      : ` VALUES (${constant(hash)}, ${previous === '-' ? 'NULL' : constant(previous)}, ${constant(name)})`;
  return `INSERT INTO graphile_migrate.migrations (hash, previous_hash, filename)${values}`;
};

/**
 * graphile-migrate: headers with a capital letter, body comments without. From its src/header.ts: no-transaction counts on the
 * first line after the head alone. From src/migration.ts: the head, and the row; there is no command for it.
 */
export const graphileMigrate: Tool = {
  name: 'graphile-migrate',
  owns: (file) =>
    hasLine(file, /^--!\s*(?:Previous|Hash|Message|AllowInvalidHash|split|no-transaction)\b/) ||
    /(?:^|\/)migrations\/(?:committed\/\d{6}[^/]*|current(?:\/[^/]*)?)\.sql$/.test(file.segments.join('/')),
  transaction: (file) => (/^--!\s*no-transaction\b/.test(graphileBody(file)) ? 'off' : 'on'),
  directive(comment) {
    const [, body] = GRAPHILE.exec(comment) ?? [];
    if (body === undefined) return null;
    if (/^\s*include\b/.test(body))
      return { as: 'refused', why: 'graphile-migrate would include another file here; name that file itself' };
    const [, part] = /^\s*split:\s*(\S.*)$/.exec(body) ?? [];
    return part === undefined ? { as: 'understood' } : { as: 'heading', title: part, part: 'up' };
  },
  unseen: (comment, _column, file) =>
    /^--!\s*no-transaction\b/.test(comment) && !/^--!\s*no-transaction\b/.test(graphileBody(file))
      ? 'graphile-migrate sees no-transaction on the first line alone, or on the first one after the head and its empty line'
      : null,
  version: ({ name }) => name,
  marking: (file) => ({
    ...(file.segments.includes('committed') ? {} : { needless: true }),
    command: null,
    how: file.segments.includes('committed')
      ? `graphile-migrate has no command for it: ${graphileRow(file)}`
      : 'graphile-migrate records nothing of the current migration: write it so that it can run twice, then commit it',
  }),
  withoutTransaction: '--! no-transaction, with one statement in the file',
};

const ATLAS = /^[ \t]*--[ \t]*atlas:(\w+)[ \t]*(.*?)[ \t\r]*$/i;
const ATLAS_COMMENT =
  /^[ \t]*--[ \t]*(?:create|drop|rename|modify|add)[ \t]+(?:unique[ \t]+)?index[ \t]+"[^"]+"[ \t]+(?:to|from|on)[ \t]+table:[ \t]+"([^"]+)"[ \t\r]*$/i;

/** The comments at the head of a file that an empty line parts from its statements; without that line they are none of it. */
const atlasHead = ({ text }: MigrationFile): string[] => {
  const [head = ''] = /^(?:(?:--|#)[^\n]*\n)*/.exec(text) ?? [];
  return text.startsWith('\n', head.length) ? head.split('\n').map((line) => line.trim()) : [];
};
const ATLAS_TXMODE = /^[ -~]*atlas:txmode +([ -~]*)/;

/**
 * Atlas: directives at the head of a versioned file; comments over what it generated. From its sql/migrate/dir.go (Directive,
 * comments): in lower case, in the file's first lines, with an empty line after them. From its documentation (Handling drift):
 * `migrate set` also removes the rows of later versions.
 */
export const atlas: Tool = {
  name: 'Atlas',
  owns: (file) => file.neighbours.includes('atlas.sum') || hasLine(file, ATLAS) || hasLine(file, ATLAS_COMMENT),
  transaction: (file) => (atlasHead(file).some((line) => ATLAS_TXMODE.exec(line)?.[1] === 'none') ? 'off' : 'on'),
  directive(comment) {
    const [, title] = ATLAS_COMMENT.exec(comment) ?? [];
    if (title !== undefined) return { as: 'heading', title, part: 'up' };
    const [, word] = ATLAS.exec(comment) ?? [];
    if (word?.toLowerCase() === 'delimiter')
      return { as: 'refused', why: 'its statements end at another mark; end them with a semicolon' };
    return word === undefined ? null : { as: 'understood' };
  },
  unseen: (comment, column, file) =>
    /atlas:txmode/i.test(comment) &&
    (column > 1 || !atlasHead(file).includes(comment.trim()) || !ATLAS_TXMODE.test(comment))
      ? "Atlas takes txmode for the file's only in lower case, among its first lines, and with an empty line after them"
      : null,
  version: leadingNumber,
  marking: (file, version) => ({
    command: `atlas migrate set ${version} --dir file://${folderOf(file)} --url DATABASE_URL`,
    how: 'it marks every migration up to this one, and takes away the marks of later ones',
  }),
  withoutTransaction: '-- atlas:txmode none',
};
