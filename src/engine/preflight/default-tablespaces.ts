import { indexClauses } from '../../plan/index-statement.ts';
import type { IndexFinding } from './facts.ts';

/**
 * Where an index goes that names no tablespace, by default_tablespace of the plan or the session; null where it names one,
 * or where that is the database's own. A default that does not exist counts as none (GetDefaultTablespace in the server's
 * tablespace.c).
 */
export function defaultTablespace({ create, row }: IndexFinding): string | null {
  if (indexClauses(create.buildSql).has('tablespace')) return null;
  const planned = create.settings.findLast(({ name }) => name === 'default_tablespace');
  const name = planned === undefined || planned.value === null ? row.usual_tablespace : planned.value;
  return name === '' || name === row.database_tablespace ? null : name;
}
