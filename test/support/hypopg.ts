import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import type { Cluster } from '../../src/demo/cluster.ts';
import { createServer } from './server.ts';

const FOLDER = '/usr/lib/postgresql/15/bin';
const CONTROL = '/usr/share/postgresql/15/extension/hypopg.control';

/** HypoPG comes for the distribution's own server, not for those of the npm packages. */
const isThere = existsSync(CONTROL) && existsSync(join(FOLDER, 'initdb'));

/** `test`, but skipped where HypoPG is missing, unless INDEXDECK_REQUIRE_HYPOPG=1 says that it must be there. */
export const testWithHypopg = test.skipIf(!isThere && process.env.INDEXDECK_REQUIRE_HYPOPG !== '1');

/** A PostgreSQL 15 for which the extension is there; whoever calls this destroys it. Null where it is not. */
export const createHypopgServer = async (): Promise<Cluster | null> => {
  if (!isThere && process.env.INDEXDECK_REQUIRE_HYPOPG !== '1') return null;
  const at = (program: string) => join(FOLDER, program);
  return createServer({
    version: 15,
    binaries: { initdb: at('initdb'), postgres: at('postgres'), pg_ctl: at('pg_ctl') },
  });
};
