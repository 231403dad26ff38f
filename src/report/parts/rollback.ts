import type { RunState } from '../../run/index.ts';
import type { Report } from '../schema.ts';

const named = ({ schema, name, oid }: { schema: string; name: string; oid: number }) => ({ schema, name, oid });

const marked = ({ part }: { part?: true | undefined }) => (part === undefined ? {} : { part });

/** The way back, as far as it has got; null when none was begun. */
export const rollback = ({ rollback: state }: RunState): Report['rollback'] => {
  if (state === null) return null;
  const { by, at, dropped, left, finishedAt, differences } = state;
  return {
    by,
    startedAt: at,
    finishedAt,
    durationMs: finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(at)),
    dropped: dropped.map((index) => ({ ...named(index), ...marked(index) })),
    left: left.map((index) => ({ ...named(index), ...marked(index), why: index.why })),
    othersChanged:
      differences === null ? null : [...differences.added, ...differences.missing, ...differences.changed].map(named),
  };
};
