import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** One engine at a time works on a database. A backup takes the same lock, and is told of by its own rule. */
export const otherEngine: Rule = ({ otherEngines: holders, dumps }) => {
  const otherEngines = holders.filter(({ pid }) => !dumps.some((dump) => dump.pid === pid));
  if (otherEngines.length === 0) return [ok('only-engine', 'No other indexdeck is at work on this database.')];
  return otherEngines.map((holder) =>
    finding('blocks', 'other-engine', {
      what:
        `Another indexdeck is at work on this database: pid ${holder.pid}, "${holder.application ?? 'unknown'}", ` +
        `user ${holder.user ?? 'unknown'}, from ${holder.client ?? 'the server itself'}` +
        `${holder.since === null ? '' : `, since ${holder.since}`}.`,
      subject: `pid ${holder.pid}`,
      why: 'Two engines would build on the same tables and take each other for a stranger.',
      advice:
        'Watch that run (indexdeck watch), wait for its end or abort it. If its engine is gone and only its session is left: ' +
        `SELECT pg_terminate_backend(${holder.pid}).`,
    }),
  );
};
