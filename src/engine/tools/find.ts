import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { execa } from 'execa';
import { parseVersion } from './parse-version.ts';
import type { Installation, ToolName } from './types.ts';

const TOOLS: readonly ToolName[] = ['pg_dump', 'pg_restore', 'psql'];
const VERSION_TIMEOUT_MS = 10_000;

/** Where packages put them: Debian and Ubuntu; PGDG's RPMs; Homebrew on both architectures; Postgres.app; MacPorts. */
const PLACES: readonly (readonly [root: string, folder: RegExp, bin: string])[] = [
  ['/usr/lib/postgresql', /^\d/, 'bin'],
  ['/usr', /^pgsql-\d/, 'bin'],
  ['/opt/homebrew/opt', /^(postgresql|libpq)(@|$)/, 'bin'],
  ['/usr/local/opt', /^(postgresql|libpq)(@|$)/, 'bin'],
  ['/home/linuxbrew/.linuxbrew/opt', /^(postgresql|libpq)(@|$)/, 'bin'],
  ['/Applications/Postgres.app/Contents/Versions', /^\d/, 'bin'],
  ['/opt/local/lib', /^postgresql\d/, 'bin'],
];

export interface FindOptions {
  /** Look in this folder alone (--bin-dir). */
  binDir?: string | null;
  /** The PATH to look through; by default this process's. */
  path?: string;
  /** Further folders; by default where packages put them. */
  folders?: readonly string[];
}

export interface Found {
  installations: Installation[];
  /** Every folder that was looked at and is there, for messages. */
  looked: string[];
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** The folders of packages that are on this machine. */
export const packageFolders = (): string[] =>
  PLACES.flatMap(([root, folder, bin]) =>
    namesIn(root)
      .filter((name) => folder.test(name))
      .map((name) => join(root, name, bin)),
  );

/** What a path leads to; null when it is not a program that we may run. */
const program = (path: string): string | null => {
  try {
    accessSync(path, constants.X_OK);
    return realpathSync(path);
  } catch {
    return null;
  }
};

/**
 * Debian's pg_dump on the PATH is a script that chooses a version by its own rules; what it chooses from is looked at
 * anyway.
 */
const isWrapper = (real: string): boolean => real.endsWith('/pg_wrapper');

const versionOf = async (file: string): Promise<ReturnType<typeof parseVersion>> => {
  const { stdout } = await execa(file, ['--version'], {
    reject: false,
    stdin: 'ignore',
    timeout: VERSION_TIMEOUT_MS,
    env: { LC_ALL: 'C' },
  });
  return typeof stdout === 'string' ? parseVersion(stdout) : null;
};

/** Programs of different versions in one folder count by the oldest: none may be taken for newer than it is. */
const inFolder = async (dir: string): Promise<Installation | null> => {
  const versions: { tool: ToolName; major: number; version: string }[] = [];
  for (const tool of TOOLS) {
    const real = program(join(dir, tool));
    const version = real === null || isWrapper(real) ? null : await versionOf(join(dir, tool));
    if (version !== null) versions.push({ tool, ...version });
  }
  const [oldest] = versions.sort((a, b) => a.major - b.major);
  if (oldest === undefined) return null;
  return { dir, major: oldest.major, version: oldest.version, tools: versions.map(({ tool }) => tool) };
};

const isThere = (dir: string): string | null => {
  try {
    return realpathSync(dir);
  } catch {
    return null;
  }
};

/** Every installation of the client programs on this machine, in the order in which a shell would find them. */
export const findInstallations = async (options: FindOptions = {}): Promise<Found> => {
  const { binDir = null, path = process.env.PATH ?? '', folders = packageFolders() } = options;
  const wanted =
    binDir === null ? [...path.split(delimiter).filter((each) => each !== ''), ...folders] : [resolve(binDir)];
  const looked = new Map<string, string>();
  for (const dir of wanted) {
    const real = isThere(dir);
    if (real !== null && !looked.has(real)) looked.set(real, dir);
  }
  const installations = await Promise.all([...looked.values()].map(inFolder));
  return {
    installations: installations.filter((each) => each !== null),
    looked: binDir === null ? [...looked.values()] : wanted,
  };
};
