import { type GateName, isOff } from '../../../run/index.ts';
import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** Gates that cannot be read without seeing what other sessions do. */
const NEED_MONITOR: readonly GateName[] = ['active', 'old-transaction'];

/** The state and the times of others' sessions are shown to pg_read_all_stats (in pg_monitor) and superusers only. */
export const rightsToWatch: Rule = ({ server, options }) => {
  if (server.monitor) return [ok('rights-to-watch', `${server.user} may see the activity of others.`)];
  const blind = NEED_MONITOR.filter((gate) => !isOff(options.gates[gate]));
  const grant = `GRANT pg_monitor TO ${server.user}`;
  const what = `${server.user} may not see what other sessions do: it is no member of pg_monitor.`;
  if (blind.length === 0) {
    return [
      finding('warning', 'no-monitor-right', {
        what,
        why: 'Who blocks a build, how many sessions are active and how old transactions are stays unknown.',
        advice: `Better: ${grant}.`,
      }),
    ];
  }
  return [
    finding('blocks', 'no-monitor-right', {
      what,
      why: `The gates ${blind.join(' and ')} could not be read, and a gate that cannot be read pauses the run after 15 s.`,
      advice: `${grant}, or turn them off: ${blind.map((gate) => `--gate ${gate}=-,-,-`).join(' ')}.`,
    }),
  ];
};
