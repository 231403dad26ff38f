import type { Finding } from '../../../plan/types.ts';
import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';
import type { Pooling } from '../pooling.ts';

/** The database answers, and our sessions are sessions. */
export const connection: Rule = ({ pooling, server }) => connectionFindings(pooling, server);

/** What is to be said of the way to the server, before anything else is known of it. */
export function connectionFindings(pooling: Pooling, to: { database: string; user: string }): Finding[] {
  const reached = `Connected to the database ${to.database} as ${to.user}`;
  switch (pooling) {
    case 'none':
      return [ok('connection', `${reached}, with no pooler in between that can be seen.`)];
    case 'session':
      return [
        finding('note', 'session-pooler', {
          what: `${reached}, through a proxy that keeps one server session for each connection.`,
          why: 'Everything works through it, but it may have its own time-outs and limits, which end a long build.',
          advice:
            "Better connect to the server's own port. Else see that no time-out of the proxy is shorter than a build.",
        }),
      ];
    case 'transaction':
      return [
        finding('blocks', 'transaction-pooler', {
          what: `${reached}, through a proxy that changes the server session between statements (transaction pooling).`,
          why: 'Settings and the lock that keeps a second engine away would be lost, and come upon sessions of others.',
          advice: "Connect to the server's own port, or to a pool in session mode.",
        }),
      ];
    case 'starved':
      return [
        finding('blocks', 'pooler-starved', {
          what: `${reached}, through a proxy that had no second server session for us within 5 s.`,
          why: 'indexdeck needs a handful of sessions at once, and abort must not wait for one.',
          advice: "Connect to the server's own port, or give the pool more server sessions.",
        }),
      ];
  }
}
