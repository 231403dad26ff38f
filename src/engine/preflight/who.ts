import type { TableWorkRow } from '../../queries/table_work.ts';

/** A session or a prepared transaction, in words. */
export const whoWorks = (work: Pick<TableWorkRow, 'gid' | 'pid' | 'user' | 'application' | 'state'>): string => {
  const { gid, pid, user, application, state } = work;
  return gid === null
    ? `pid ${pid} (user ${user ?? 'unknown'}, "${application ?? ''}", ${state ?? 'state unknown'})`
    : `the prepared transaction ${JSON.stringify(gid)} of ${user ?? 'unknown'}`;
};
