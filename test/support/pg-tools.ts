import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'vitest';

/** Where PostgreSQL's client programs may be. */
const candidates = (): string[] => [
  '/usr/lib/postgresql/15/bin',
  '/usr/pgsql-15/bin',
  '/opt/homebrew/opt/postgresql@15/bin',
  ...(process.env.PATH ?? '').split(delimiter),
];

/**
 * Where pg_dump and pg_restore are, if they are installed in a version that can dump the tests' server 15 and restore into
 * it: from 17 on pg_restore sets what 15 does not know.
 */
export const pgTools: string | undefined = candidates().find((folder) => {
  try {
    return ['pg_dump', 'pg_restore'].every((tool) =>
      /\) 1[56]\./.test(execFileSync(join(folder, tool), ['--version'], { encoding: 'utf8', stdio: 'pipe' })),
    );
  } catch {
    return false;
  }
});

/** `test`, but skipped where PostgreSQL's tools are missing, unless INDEXDECK_REQUIRE_PG_TOOLS=1 says that they must be there. */
export const testWithPgTools = test.skipIf(pgTools === undefined && process.env.INDEXDECK_REQUIRE_PG_TOOLS !== '1');

/** Runs one of them and gives its output. */
export const pgTool = async (tool: string, args: string[], env: Record<string, string> = {}): Promise<string> => {
  if (pgTools === undefined) throw new Error('PostgreSQL’s tools are not installed, and are demanded.');
  const { stdout } = await promisify(execFile)(join(pgTools, tool), args, {
    env: { PATH: process.env.PATH, ...env },
    maxBuffer: 1 << 28,
  });
  return stdout;
};

/** The command lines of all processes that can be seen, by pid: what `ps` shows to everybody. */
export const commandLines = (): Map<number, string> => {
  const lines = new Map<number, string>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      lines.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It has ended meanwhile.
    }
  }
  return lines;
};
