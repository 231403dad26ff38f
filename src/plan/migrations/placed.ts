import { createHash } from 'node:crypto';
import { constant, folderOf, hasLine, leadingNumber, type MigrationFile, type Tool } from './tool.ts';

/** Tools whose files are known by their name, their folder or what they generate. */

const GOLANG = /^(\d+)_.*\.(up|down)\.sql$/i;

/**
 * golang-migrate: a file for each way. From its database/postgres/README.md (pgx5 has the same options): a file is sent as one
 * query, which is one transaction if it holds several statements; with x-multi-statement=true they go one by one.
 * `migrate -help`: force V sets the version and runs nothing; its table holds that one version.
 */
export const golangMigrate: Tool = {
  name: 'golang-migrate',
  owns: ({ name }) => GOLANG.test(name),
  begins: ({ name }) => (/\.down\.sql$/i.test(name) ? 'down' : 'up'),
  transaction: () => 'one-query',
  version: leadingNumber,
  marking: (file, version) => ({
    command: `migrate -path ${folderOf(file)} -database DATABASE_URL force ${Number(version)}`,
    how: 'it sets the version without running anything: earlier ones count as applied then, later ones as not',
  }),
  withoutTransaction: 'one statement in each file, or x-multi-statement=true in the database URL',
};

/** skipExecutingMigrations came with Flyway 7, as a parameter of the Teams edition (Redgate's announcement of it). */
const TEAMS = '; it came with Flyway 7, in the Teams edition';
const FLYWAY = /^([VUBR])([0-9][0-9._]*)?__.*\.sql$/;

/**
 * Flyway: V there, U back, R again and again, B a baseline. It sees CONCURRENTLY and leaves out its transaction; a file beside
 * the script says otherwise (documentation of the setting executeInTransaction). Many write that into a comment, which its
 * documentation does not know: it changes nothing here.
 */
export const flyway: Tool = {
  name: 'Flyway',
  owns: ({ name }) => FLYWAY.test(name),
  begins: ({ name }) => (name.startsWith('U') ? 'down' : 'up'),
  transaction: ({ config }) => {
    const [, said] = /^\s*(?:flyway\.)?executeInTransaction\s*=\s*(\w+)/im.exec(config) ?? [];
    return said === undefined ? 'detected' : said.toLowerCase() === 'false' ? 'off' : 'on';
  },
  directive: (comment) =>
    /^[ \t]*--[ \t]*(?:flyway:)?executeInTransaction[ \t]*=/i.test(comment) ? { as: 'understood' } : null,
  version: ({ name }) => FLYWAY.exec(name)?.[2]?.replaceAll('_', '.') ?? name,
  marking({ name }, version) {
    if (name.startsWith('B')) return { command: `flyway baseline -baselineVersion=${version}`, how: '' };
    if (name.startsWith('R'))
      return {
        command: 'flyway migrate -skipExecutingMigrations=true',
        how: `it marks all that is pending as applied${TEAMS}`,
      };
    return {
      command: `flyway migrate -skipExecutingMigrations=true -target=${version}`,
      how: `it marks what is pending up to this version as applied${TEAMS}`,
    };
  },
  withoutTransaction: 'executeInTransaction=false in a file of the same name with .conf added',
};

const SQITCH = /^[ \t]*--[ \t]*(deploy|revert|verify)[ \t]+(?:[^\s:]+:)?(\S+)[ \t]+(?:to|from|on)[ \t]+pg\b/i;
const sqitchPart = ({ comments, segments }: MigrationFile): string => {
  const [, said] = new RegExp(SQITCH.source, 'im').exec(comments) ?? [];
  return (said ?? segments.find((segment) => /^(?:deploy|revert|verify)$/.test(segment)) ?? 'deploy').toLowerCase();
};

/**
 * Sqitch: three files for each change; transactions are what the files say, psql runs them. sqitch-deploy: `--log-only` logs
 * changes as if they were deployed, `--to-change` says up to which.
 */
export const sqitch: Tool = {
  name: 'Sqitch',
  owns: (file) =>
    hasLine(file, SQITCH) ||
    (file.neighbours.includes('../sqitch.plan') && /^(?:deploy|revert|verify)$/.test(file.segments.at(-2) ?? '')),
  begins: (file) => {
    const part = sqitchPart(file);
    return part === 'revert' ? 'down' : part === 'verify' ? 'ignored' : 'up';
  },
  transaction: () => 'as-written',
  directive: (comment) =>
    SQITCH.test(comment) || /^[ \t]*--[ \t]*(?:requires|conflicts):/i.test(comment) ? { as: 'understood' } : null,
  version: ({ name }) => name.replace(/(?:@[^@]*)?\.sql$/i, ''),
  marking: (_file, version) => ({
    command: `sqitch deploy --log-only --to-change ${version}`,
    how: 'it records every change up to this one without running it',
  }),
  withoutTransaction: 'no BEGIN and COMMIT in the file',
};

const PRISMA_WORDS =
  'CreateIndex|CreateTable|CreateEnum|CreateSchema|CreateExtension|AddForeignKey|AlterTable|AlterEnum|DropIndex|DropTable|DropEnum|DropForeignKey|RedefineIndex|RenameIndex|RenameForeignKey|DropExtension';
const PRISMA = new RegExp(`^[ \\t]*--[ \\t]*(${PRISMA_WORDS})[ \\t\\r]*$`);

/**
 * Prisma: a folder for each migration; the file is sent as one query. `migrate resolve --applied`: for what has failed there or
 * was never run; of one that succeeded it is an error.
 */
export const prisma: Tool = {
  name: 'Prisma',
  owns: (file) =>
    (file.name === 'migration.sql' &&
      (file.neighbours.includes('../migration_lock.toml') || /^\d{14}_/.test(file.segments.at(-2) ?? ''))) ||
    hasLine(file, PRISMA),
  transaction: () => 'one-query',
  directive(comment) {
    const [, title] = PRISMA.exec(comment) ?? [];
    return title === undefined ? null : { as: 'heading', title, part: 'up' };
  },
  version: ({ segments, name }) => segments.at(-2) ?? name,
  marking: (_file, version) => ({ command: `npx prisma migrate resolve --applied ${version}`, how: '' }),
  withoutTransaction: 'one statement in each migration',
};

const BREAKPOINT = /^[ \t]*--> statement-breakpoint[ \t\r]*$/;

/** The time in a folder's name, in milliseconds since 1970, as Drizzle makes it of the first fourteen digits. */
const drizzleTime = (folder: string): string => {
  const [, date, time] = /^(\d{8})(\d{6})/.exec(folder) ?? [];
  if (date === undefined || time === undefined) return "the folder's time in milliseconds since 1970";
  const parts = (digits: string, mark: string) => digits.replace(/(\d\d)(\d\d)$/, `${mark}$1${mark}$2`);
  return String(Date.parse(`${parts(date, '-')}T${parts(time, ':')}Z`));
};

const drizzleRow = ({ name, text }: MigrationFile, version: string): string => {
  // Line ends count as LF; no version looks at the hash to know what to run.
  const hash = constant(createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex'));
  return name === 'migration.sql'
    ? `(hash, created_at, name) VALUES (${hash}, ${drizzleTime(version)}, ${constant(version)})`
    : `(hash, created_at) VALUES (${hash}, the value of "when" for ${version} in meta/_journal.json)`;
};

/**
 * Drizzle: one transaction around all pending migrations. From drizzle-orm/src/migrator.ts, migrator.utils.ts and
 * pg-core/async/session.ts: files with a journal are known by created_at, which is the journal's `when`; folders, as of version
 * 1, by name. drizzle-kit has no command for it (its issue "Add a way to mark migrations as applied").
 */
export const drizzle: Tool = {
  name: 'Drizzle',
  owns: (file) => file.text.includes('--> statement-breakpoint') || file.neighbours.includes('meta/_journal.json'),
  transaction: () => 'on',
  directive: (comment) => (BREAKPOINT.test(comment) ? { as: 'understood' } : null),
  anywhere: true,
  version: ({ name, segments }) =>
    (name === 'migration.sql' ? segments.at(-2) : undefined) ?? name.replace(/\.sql$/i, ''),
  marking: (file, version) => ({
    command: null,
    how: `drizzle-kit has no command for it: INSERT INTO drizzle.__drizzle_migrations ${drizzleRow(file, version)}`,
  }),
  withoutTransaction: null,
};

/** Rails: structure.sql is what a schema was dumped to, by pg_dump, with the versions that made it. */
export const rails: Tool = {
  name: 'Rails',
  owns: ({ name, text }) =>
    /^(?:.*_)?structure\.sql$/i.test(name) || /^INSERT INTO "schema_migrations" \(version\) VALUES/m.test(text),
  transaction: () => 'as-written',
  version: ({ name }) => name,
  marking: () => ({
    needless: true,
    command: null,
    how: 'structure.sql is a dump and no migration: nothing is to be marked. Write a migration with disable_ddl_transaction! and algorithm: :concurrently, if_not_exists: true',
  }),
  withoutTransaction: 'disable_ddl_transaction! in the migration',
};

/**
 * Supabase: timestamped files in supabase/migrations. From its docs/supabase/migration/repair.md: `migration repair --status
 * applied` inserts a record into the history.
 */
export const supabase: Tool = {
  name: 'Supabase',
  owns: ({ segments }) => segments.at(-3) === 'supabase' && segments.at(-2) === 'migrations',
  transaction: () => 'on',
  version: leadingNumber,
  marking: (_file, version) => ({
    command: `supabase migration repair --status applied ${version}`,
    how: 'in a project that is linked to this database; --db-url names another',
  }),
  withoutTransaction: 'one statement in each migration',
};

const RUNNING = /^[ \t]*--[ \t]*Running (upgrade|downgrade)[ \t]*(.*?)[ \t]*->[ \t]*([^,\s]*)[^\n]*?[ \t\r]*$/i;

/** Alembic's offline output (`alembic upgrade A:B --sql`): revisions under comments, its own table written between them. */
export const alembic: Tool = {
  name: 'Alembic',
  owns: (file) => hasLine(file, RUNNING) || /\balembic_version\b/.test(file.text),
  transaction: () => 'as-written',
  directive(comment) {
    const [, way, from = '', to = ''] = RUNNING.exec(comment) ?? [];
    if (way === undefined) return null;
    const title = `${way.toLowerCase()} ${from} -> ${to}`.replace(/\s+/g, ' ');
    return { as: 'heading', title, part: way.toLowerCase() === 'upgrade' ? 'up' : 'down' };
  },
  version: ({ text, name }) => {
    const all = [...text.matchAll(new RegExp(RUNNING.source, 'gim'))];
    return all.filter((match) => match[1]?.toLowerCase() === 'upgrade').at(-1)?.[3] || name;
  },
  marking: ({ name }, version) =>
    name === version
      ? { needless: true, command: null, how: 'the file only goes back: nothing is to be marked' }
      : { command: `alembic stamp ${version}`, how: '' },
  withoutTransaction: 'op.get_context().autocommit_block() around the index',
};
