import { ToolMissing, ToolTooOld } from './errors.ts';
import type { Found } from './find.ts';
import type { Installation, ToolName } from './types.ts';

const having = (tool: ToolName, { installations, looked }: Found): Installation[] => {
  const able = installations.filter(({ tools }) => tools.includes(tool));
  if (able.length === 0) throw new ToolMissing(tool, looked);
  return able;
};

/**
 * The installation of the lowest major version that is not below the one needed: a pg_dump refuses servers newer than
 * itself, a pg_restore archives of a newer format, and the nearest version writes what its peers read. Of one version,
 * the first found. `what` is the reason in messages, such as "the server is PostgreSQL 18.4". Throws ToolMissing or
 * ToolTooOld.
 */
export const chooseInstallation = (
  tool: ToolName,
  need: { major: number; what: string },
  found: Found,
): Installation => {
  const able = having(tool, found);
  const [nearest] = able.filter(({ major }) => major >= need.major).sort((a, b) => a.major - b.major);
  if (nearest === undefined) throw new ToolTooOld(tool, need, able);
  return nearest;
};

/** The newest installation: it reads archives of every version. Throws ToolMissing. */
export const newestInstallation = (tool: ToolName, found: Found): Installation => {
  const [newest] = having(tool, found).sort((a, b) => b.major - a.major);
  if (newest === undefined) throw new ToolMissing(tool, found.looked);
  return newest;
};
