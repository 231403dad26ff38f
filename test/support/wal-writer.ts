import type { Cluster } from '../../src/demo/cluster.ts';
import type { TestDatabase } from './database.ts';

/** Settings of a server on which the WAL writer alone writes the log of an asynchronous commit to disk. */
export const WAL_WRITER_ALONE = { bgwriter_lru_maxpages: '0', autovacuum: 'off', checkpoint_timeout: '1h' };

/**
 * Holds the WAL writer still, so that what is committed asynchronously from now on is lost in a crash: its longest delay is
 * ten seconds, which may end at any moment. Gives the crash; the server is to be started again after it.
 */
export const holdWalWriter = async (database: TestDatabase, server: Cluster): Promise<() => Promise<void>> => {
  const [{ pid }] = await database.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
  process.kill(pid, 'SIGSTOP');
  return async () => {
    const stopped = server.stop('immediate');
    // What is stopped does not see that it is to end.
    process.kill(pid, 'SIGKILL');
    await stopped;
  };
};
