import { KILLING_TIMEOUTS } from '../../../plan/settings.ts';
import type { Rule } from '../facts.ts';
import { finding } from '../finding.ts';

/** Settings of --set and of the plan that the server does not take from us, or that would kill builds. */
export const refusedSettings: Rule = ({ refusedSettings: refused, options }) => [
  ...refused.map(({ name, value, from, message }) =>
    finding('blocks', 'setting-refused', {
      what: `The server does not take ${name} = ${value} (${from === 'plan' ? 'SET in the plan' : from}): ${message}.`,
      subject: `${from} ${name} = ${value}`,
      why: 'Every build would fail before it begins.',
      advice: `Correct it or leave it out of ${from === 'plan' ? 'the plan' : '--set'}.`,
    }),
  ),
  ...Object.entries(options.settings).flatMap(([name, value]) => {
    if (!KILLING_TIMEOUTS.has(name) || Number.parseFloat(value) === 0) return [];
    return [
      finding('warning', 'killing-timeout', {
        what: `--set ${name}=${value} is not used.`,
        subject: name,
        why: 'A build waits for old transactions, and these waits count: it would be killed and leave an invalid index.',
        advice: 'Leave it out: the gates old-transaction and stalled-build watch over the waits.',
      }),
    ];
  }),
];
