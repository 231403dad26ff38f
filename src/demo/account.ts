import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** The system account that a server runs as; no name and no ids when it is our own. */
export interface Account {
  name?: string;
  ids?: { uid: number; gid: number };
}

const run = promisify(execFile);

/**
 * PostgreSQL refuses to run as root. Root therefore starts it as `postgres`, or as `nobody` where there is no such
 * account: making one would leave something behind on the machine.
 */
export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const uid = Number((await run('id', ['-u', name])).stdout);
      const gid = Number((await run('id', ['-g', name])).stdout);
      return { name, ids: { uid, gid } };
    } catch {
      // No such account: try the next.
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is no account postgres or nobody to run it as instead.',
  );
}

/** Fails with the folder's name if `account` cannot get to `path`: PostgreSQL's own message would not name it. */
export async function requireReachable(path: string, account: Account): Promise<void> {
  if (account.ids === undefined) return;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const enter = uid === account.ids.uid ? 0o100 : gid === account.ids.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) {
      throw new Error(
        `PostgreSQL refuses to run as root, so it runs as ${account.name} here, but ${account.name} cannot enter ` +
          `${folder}: allow that (chmod o+x ${folder}), or start this as another user than root.`,
      );
    }
    if (folder === dirname(folder)) return;
  }
}
