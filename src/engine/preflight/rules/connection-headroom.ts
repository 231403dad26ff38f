import { isOff } from '../../../run/index.ts';
import type { Facts, Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** Besides one for each job: lock, control, inspection, cleaning, monitor; and one for the ledger. */
const BESIDES = 5;

/** Each own gate that asks the server has a session of its own. */
const gateSessions = ({ options }: Facts): number =>
  (options.ownGates ?? []).filter((gate) => gate.source.kind === 'sql' && !isOff(gate.thresholds)).length;

interface Room {
  free: number;
  /** What sets the limit. */
  by: string;
}

/** The least room that any limit leaves; reserved connections count for those who may use them. */
function roomFor({ server }: Facts): Room {
  const reserved = server.superuser
    ? 0
    : server.reserved_for_superusers + (server.may_use_reserved ? 0 : server.reserved_for_role);
  const rooms: Room[] = [{ free: server.max_connections - reserved - server.connections, by: 'max_connections' }];
  if (!server.superuser && server.role_limit >= 0) {
    rooms.push({
      free: server.role_limit - server.role_connections,
      by: `the CONNECTION LIMIT of the role ${server.user}`,
    });
  }
  if (!server.superuser && server.database_limit >= 0) {
    const by = `the CONNECTION LIMIT of the database ${server.database}`;
    rooms.push({ free: server.database_limit - server.database_connections, by });
  }
  return rooms.reduce((least, room) => (room.free < least.free ? room : least));
}

/** All sessions are opened at the start, since whoever comes when the server is full does not get in. */
export const connectionHeadroom: Rule = (facts) => {
  const needed = facts.options.jobs + BESIDES + (facts.options.ledger ? 1 : 0) + gateSessions(facts);
  const missing = Math.max(0, needed - facts.ourSessions);
  const { free, by } = roomFor(facts);
  if (free >= missing)
    return [ok('connection-headroom', `${Math.max(0, free)} connections are free, ${missing} more are needed.`)];
  return [
    finding('blocks', 'connection-headroom', {
      what: `${Math.max(0, free)} connections are free by ${by}, and ${missing} more are needed (${needed} in all).`,
      why: 'Abort and cleaning up must not depend on somebody else leaving first.',
      advice: 'Free connections, or build fewer at a time (--jobs 1).',
    }),
  ];
};
