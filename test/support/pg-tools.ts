import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'vitest';

/** Folders of PostgreSQL's client programs that can dump the tests' server of version 15. */
const candidates = (): string[] => [
  '/usr/lib/postgresql/15/bin',
  '/usr/pgsql-15/bin',
  '/opt/homebrew/opt/postgresql@15/bin',
  ...(process.env.PATH ?? '').split(delimiter),
];

/** Where pg_dump and pg_restore are, if they are installed. */
export const pgTools: string | undefined = candidates().find((folder) => {
  try {
    for (const tool of ['pg_dump', 'pg_restore']) accessSync(join(folder, tool), constants.X_OK);
    return true;
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
