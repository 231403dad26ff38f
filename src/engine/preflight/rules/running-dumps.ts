import type { Rule } from '../facts.ts';
import { finding } from '../finding.ts';

/** A dump holds one snapshot from its begin to its end, and every concurrent build waits for it. */
export const runningDumps: Rule = ({ dumps }) =>
  dumps.map(({ pid, application, user, client, since }) =>
    finding('blocks', 'dump-running', {
      what:
        `A backup of this database is running: pid ${pid}, "${application}", user ${user ?? 'unknown'}, from ` +
        `${client ?? 'the server itself'}${since === null ? '' : `, since ${since}`}.`,
      subject: `pid ${pid}`,
      why: 'It holds a snapshot until its end: every build would wait for it, almost done, for as long as it takes.',
      advice: `Wait for its end and deploy then. If nobody needs it any more: SELECT pg_terminate_backend(${pid}).`,
    }),
  );
