import type { InstalledServer } from '../../demo/binaries.ts';
import { chooseInstallation, type Found, type Installation, ToolError } from '../../engine/tools/index.ts';
import { UsageError } from '../errors.ts';

/** The server of a demo, and in one line which and why. */
export interface DemoServer {
  server: InstalledServer;
  /** Client programs are there that can back it up and restore it. */
  backup: boolean;
  line: string;
}

/** pg_dump for this server, if pg_restore is there as well; else why not. */
const dumpFor = ({ major }: InstalledServer, found: Found): { dump: Installation } | { why: string } => {
  const need = { major, what: `the server is PostgreSQL ${major}` };
  try {
    chooseInstallation('pg_restore', need, found);
    return { dump: chooseInstallation('pg_dump', need, found) };
  } catch (error) {
    if (error instanceof ToolError) return { why: error.message };
    throw error;
  }
};

const majors = (servers: readonly InstalledServer[]): string => servers.map(({ major }) => major).join(', ');

/**
 * The newest of the installed servers (which come newest first) that can be backed up here, else the newest without a
 * backup; or the one that was asked for (`--server`). `without` is the reason to do without a backup (`--no-backup`). Pure.
 */
export const chooseServer = (
  installed: readonly InstalledServer[],
  found: Found,
  { asked, without }: { asked: number | null; without: string | null },
): DemoServer => {
  const able = installed.filter(({ major }) => asked === null || major === asked);
  const [newest] = able;
  if (newest === undefined)
    throw new UsageError(`--server ${asked}: no such PostgreSQL is installed for the demo, but ${majors(installed)}`);
  if (without !== null)
    return { server: newest, backup: false, line: `PostgreSQL ${newest.major}, without a backup: ${without}` };
  for (const server of able) {
    const tools = dumpFor(server, found);
    if ('why' in tools) continue;
    const by = `pg_dump ${tools.dump.version} in ${tools.dump.dir} backs it up, for the key B`;
    const newer = installed.filter(({ major }) => major > server.major);
    const passed = asked !== null || newer.length === 0 ? '' : `; it cannot back up ${majors(newer)}: see --server`;
    return { server, backup: true, line: `PostgreSQL ${server.major}: ${by}${passed}` };
  }
  const tools = dumpFor(newest, found);
  const why = 'why' in tools ? tools.why : '';
  return { server: newest, backup: false, line: `PostgreSQL ${newest.major}, without a backup for the key B: ${why}` };
};
