import { folderOf, hasLine, leadingNumber, type Tool } from './tool.ts';

/** Tools whose files hold both ways, told apart by comments. */

const GOOSE = /^[ \t]*--[ \t]*\+goose[ \t]+(\S.*?)[ \t\r]*$/i;

/** pressly/goose: annotations in any case; it refuses statements before `+goose Up`. */
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
  version: leadingNumber,
  marking: (_file, version) => ({
    command: null,
    how: `goose has no command for it: INSERT INTO goose_db_version (version_id, is_applied) VALUES (${version.replace(/^0+(?=\d)/, '')}, true)`,
  }),
  withoutTransaction: '-- +goose NO TRANSACTION',
};

const DBMATE = /^[ \t]*--[ \t]*migrate:(up|down)(?:[ \t]+(\S.*?))?[ \t\r]*$/i;

/** dbmate: blocks with options; it refuses statements before `migrate:up`. */
export const dbmate: Tool = {
  name: 'dbmate',
  owns: (file) => hasLine(file, DBMATE),
  begins: () => 'before',
  transaction: () => 'on',
  directive(comment) {
    const [, part, options = ''] = DBMATE.exec(comment) ?? [];
    if (part === undefined) return null;
    const transaction = /\btransaction:false\b/i.test(options) ? 'off' : 'on';
    return part.toLowerCase() === 'up' ? { as: 'part', part: 'up', transaction } : { as: 'part', part: 'down' };
  },
  version: leadingNumber,
  marking: (_file, version) => ({
    command: null,
    how: `dbmate has no command for it: INSERT INTO schema_migrations (version) VALUES ('${version}')`,
  }),
  withoutTransaction: '-- migrate:up transaction:false',
};

const SQL_MIGRATE = /^[ \t]*--[ \t]*\+migrate[ \t]+(\S+)(?:[ \t]+(\S.*?))?[ \t\r]*$/i;

/** rubenv/sql-migrate: it passes over statements before the first mark in silence. `skip` sets the level and runs nothing. */
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
  version: ({ name }) => name,
  marking: (_file, version) => ({
    command: 'sql-migrate skip -limit=1',
    how: `it marks the next migration that is not applied, and that has to be ${version}`,
  }),
  withoutTransaction: '-- +migrate Up notransaction',
};

const CHANGESET = /^[ \t]*--[ \t]*changeset[ \t]+((?:"[^"]*"|[^:\s]+):(?:"[^"]*"|\S+))(.*?)[ \t\r]*$/i;
const ROLLBACK = /^([ \t]*--[ \t]*rollback[ \t]+)(\S.*)$/i;
const LIQUIBASE_WORD =
  /^[ \t]*--[ \t]*(?:liquibase[ \t]+formatted[ \t]+sql|comments?[ \t]*:|(?:valid)CheckSums?\b|preconditions?\b|precondition-|labels\b|logicalFilePath\b|rollback[ \t]*\r?$)/i;
const IGNORE_LINES = /^[ \t]*--[ \t]*ignoreLines:(\w+)/i;
const BLOCK_ROLLBACK = /^(\/\*[ \t]*liquibase[ \t]+rollback\b[^\n]*\n?)([\s\S]*?)(?:\*\/)?$/i;

/**
 * Liquibase's formatted SQL: one changeset after another; the way back stands in comments. changelog-sync marks without running;
 * a changeset's identity is file::id::author (documentation of `update`).
 */
export const liquibase: Tool = {
  name: 'Liquibase',
  owns: (file) => /^\uFEFF?\s*--\s*liquibase\s+formatted\s+sql/i.test(file.text),
  begins: () => 'before',
  transaction: () => 'on',
  directive(comment) {
    const [, id, attributes = ''] = CHANGESET.exec(comment) ?? [];
    if (id !== undefined) return changeset(id.replaceAll('"', ''), attributes);
    const [, before = '', sql] = ROLLBACK.exec(comment) ?? BLOCK_ROLLBACK.exec(comment) ?? [];
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
  return { as: 'heading', title: id, part: 'up', transaction };
}

const GRAPHILE = /^[ \t]*--!(.*?)[ \t\r]*$/;

/** graphile-migrate: headers with a capital letter, body comments without. */
export const graphileMigrate: Tool = {
  name: 'graphile-migrate',
  owns: (file) =>
    hasLine(file, /^--!\s*(?:Previous|Hash|Message|AllowInvalidHash|split|no-transaction)\b/) ||
    /(?:^|\/)migrations\/(?:committed\/\d{6}[^/]*|current(?:\/[^/]*)?)\.sql$/.test(file.segments.join('/')),
  transaction: () => 'on',
  directive(comment) {
    const [, body] = GRAPHILE.exec(comment) ?? [];
    if (body === undefined) return null;
    if (/^\s*no-transaction\b/.test(body)) return { as: 'transaction', transaction: 'off' };
    if (/^\s*include\b/.test(body))
      return { as: 'refused', why: 'graphile-migrate would include another file here; name that file itself' };
    const [, part] = /^\s*split:\s*(\S.*)$/.exec(body) ?? [];
    return part === undefined ? { as: 'understood' } : { as: 'heading', title: part, part: 'up' };
  },
  version: ({ name }) => name,
  marking: ({ name, segments }) => ({
    ...(segments.includes('committed') ? {} : { needless: true }),
    command: null,
    how: !segments.includes('committed')
      ? 'graphile-migrate records nothing of the current migration: write it so that it can run twice, then commit it'
      : `graphile-migrate has no command for it: its row is INSERT INTO graphile_migrate.migrations (hash, previous_hash, filename), with the hashes of the file's head and '${name}'`,
  }),
  withoutTransaction: '--! no-transaction, with one statement in the file',
};

const ATLAS = /^[ \t]*--[ \t]*atlas:(\w+)[ \t]*(.*?)[ \t\r]*$/i;
const ATLAS_COMMENT =
  /^[ \t]*--[ \t]*(?:create|drop|rename|modify|add)[ \t]+(?:unique[ \t]+)?index[ \t]+"[^"]+"[ \t]+(?:to|from|on)[ \t]+table:[ \t]+"([^"]+)"[ \t\r]*$/i;

/** Atlas: directives at the head of a versioned file; comments over what it generated. */
export const atlas: Tool = {
  name: 'Atlas',
  owns: (file) => file.neighbours.includes('atlas.sum') || hasLine(file, ATLAS) || hasLine(file, ATLAS_COMMENT),
  transaction: () => 'on',
  directive(comment) {
    const [, title] = ATLAS_COMMENT.exec(comment) ?? [];
    if (title !== undefined) return { as: 'heading', title, part: 'up' };
    const [, word, value = ''] = ATLAS.exec(comment) ?? [];
    switch (word?.toLowerCase()) {
      case undefined:
        return null;
      case 'txmode':
        return { as: 'transaction', transaction: value.toLowerCase() === 'none' ? 'off' : 'on' };
      case 'delimiter':
        return { as: 'refused', why: 'its statements end at another mark; end them with a semicolon' };
      default:
        return { as: 'understood' };
    }
  },
  version: leadingNumber,
  marking: (file, version) => ({
    command: `atlas migrate set ${version} --dir file://${folderOf(file)} --url DATABASE_URL`,
    how: 'it marks every migration up to this one',
  }),
  withoutTransaction: '-- atlas:txmode none',
};
