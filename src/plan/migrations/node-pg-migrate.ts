import { constant, hasLine, type MigrationFile, type Tool } from './tool.ts';

const MARK = /^[ \t]*--[\s-]*(up|down)\s+migration/i;
/** As its template writes it: any other line may be somebody's title. */
const WRITTEN = /^[ \t]*--[ \t-]*(?:up|down)[ \t]+migration[ \t\r]*$/i;
const NO_TRANSACTION = /^[ \t]*--[ \t]*no[ \t]*transaction[ \t\r]*$/i;

const UP = /^[ \t]*--[\s-]*up\s+migration/im;

/** Among the comments at the head of the way up, before anything else. */
const saysNoTransaction = ({ text }: MigrationFile): boolean => {
  for (const line of text.slice(UP.exec(text)?.index ?? 0).split('\n')) {
    if (NO_TRANSACTION.test(line)) return true;
    if (line.trim() !== '' && !/^\s*--/.test(line)) return false;
  }
  return false;
};

/**
 * node-pg-migrate's SQL files. From its src/sqlMigration.ts: marks in any case, each way from its first mark to the other one's
 * or to the end, in either order; `-- no transaction` among the comments at the head. From its src/migration.ts: a row has the
 * file's name without what follows the last full stop, and a time.
 */
export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  owns: (file) => hasLine(file, WRITTEN),
  begins: (file) => (UP.test(file.comments) ? 'before' : 'up'),
  firstMarks: true,
  transaction: (file) => (saysNoTransaction(file) ? 'off' : 'on'),
  directive(comment) {
    if (NO_TRANSACTION.test(comment)) return { as: 'understood' };
    const [, way] = MARK.exec(comment) ?? [];
    return way === undefined ? null : { as: 'part', part: way.toLowerCase() === 'up' ? 'up' : 'down' };
  },
  version: ({ name }) => name.replace(/\.[^.]*$/, ''),
  marking: (_file, version) => ({
    command: 'npx node-pg-migrate up --fake',
    how: `it marks every migration that is pending; of this one alone the row is INSERT INTO pgmigrations (name, run_on) VALUES (${constant(version)}, now())`,
  }),
  withoutTransaction: '-- no transaction, on the first lines',
};
