import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { compareNatural, type SourceFile, sqitchOrder } from '../plan/index.ts';
import { UsageError } from './errors.ts';

/** Stands for standard input among the names of a plan's files. */
export const STDIN = '-';

export const readError = (cause: unknown): string => {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'it is a directory' : message;
};

const cannotRead = (path: string, cause: unknown): UsageError =>
  new UsageError(`cannot read the plan ${path}: ${readError(cause)}`, { cause });

/** Undefined when nothing of that name is there. */
const statOf = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw cannotRead(path, cause);
  }
};

const inFolder = (folder: string): string[] =>
  globSync('**/*.sql', {
    cwd: folder,
    caseSensitiveMatch: false,
    ignore: ['**/node_modules/**'],
    expandDirectories: false,
  }).map((path) => join(folder, path));

/** Changes of sqitch in its plan's order, where there is one; everything else in natural order. */
const inOrder = (folder: string, paths: readonly string[]): string[] => {
  const sorted = paths.toSorted(compareNatural);
  const planFile = join(folder, 'sqitch.plan');
  if (statOf(planFile)?.isFile() !== true) return sorted;
  const order = sqitchOrder(readFileSync(planFile, 'utf8'));
  const rank = (path: string) => order.get(relative(folder, path).replace(/^[^\\/]+[\\/]|\.sql$/gi, '')) ?? Infinity;
  const top = (path: string) => relative(folder, path).split(/[\\/]/)[0] ?? '';
  return sorted.toSorted((a, b) => (top(a) === top(b) ? rank(a) - rank(b) || 0 : 0));
};

const found = (name: string): string[] => {
  const stat = statOf(name);
  if (stat?.isDirectory() === true) {
    const files = inOrder(name, inFolder(name));
    if (files.length === 0) throw new UsageError(`cannot read the plan ${name}: the folder holds no .sql file`);
    return files;
  }
  if (stat === undefined && isDynamicPattern(name)) {
    const files = globSync(name, { expandDirectories: false }).toSorted(compareNatural);
    if (files.length === 0) throw new UsageError(`cannot read the plan ${name}: nothing matches it`);
    return files;
  }
  return [name];
};

/** The way back of golang-migrate stands in a file of its own: it is read with the way there, and never run. */
const withWayBack = (path: string): string[] => {
  const down = path.replace(/\.up\.sql$/i, '.down.sql');
  return down !== path && statOf(down)?.isFile() === true ? [path, down] : [path];
};

/**
 * The paths that the names of a plan's files stand for: files, folders, patterns, and `-` for standard input, which comes
 * last. A folder alone keeps its tool's order, all else is in natural order; nothing is read twice.
 */
export const planPaths = (names: readonly string[]): string[] => {
  const rest = names.filter((name) => name !== STDIN);
  const paths = rest.flatMap(found).flatMap(withWayBack);
  const seen = new Set<string>();
  const once = paths.filter((path) => !seen.has(resolve(path)) && seen.add(resolve(path)));
  if (rest.length > 1) once.sort(compareNatural);
  return names.includes(STDIN) ? [...once, STDIN] : once;
};

/** Flyway's script configuration, which stands beside the script. */
const configOf = (path: string): string | undefined => {
  const beside = `${path}.conf`;
  return /^[VURB]/.test(basename(path)) && statOf(beside)?.isFile() === true ? readFileSync(beside, 'utf8') : undefined;
};

/** atlas.sum, drizzle's journal and their like tell whose folder it is. */
const neighboursOf = (path: string): string[] => {
  const folder = dirname(path);
  const marks = ['atlas.sum', 'meta/_journal.json', '../migration_lock.toml', '../sqitch.plan'];
  return marks.filter((mark) => statOf(join(folder, mark))?.isFile() === true);
};

/** One file of a plan with what stands beside it. Throws a UsageError when it cannot be read. */
export const sourceFile = async (path: string, stdin: NodeJS.ReadableStream): Promise<SourceFile> => {
  try {
    if (path === STDIN) return { path, bytes: await buffer(stdin) };
    const config = configOf(path);
    return {
      path,
      bytes: readFileSync(path),
      neighbours: neighboursOf(path),
      ...(config === undefined ? {} : { config }),
    };
  } catch (cause) {
    throw cause instanceof UsageError ? cause : cannotRead(path, cause);
  }
};
