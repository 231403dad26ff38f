import type { Rule } from '../facts.ts';
import { count, finding, list } from '../finding.ts';

/** What a probe may not call shows only when it is measured; better before the go. */
export const probes: Rule = ({ refusedProbes }) =>
  refusedProbes.length === 0
    ? []
    : [
        finding('warning', 'probe-refused', {
          what: `${count(refusedProbes.length, 'probe')} will not be measured: ${list(
            refusedProbes.map(({ name, functions }) => `${name} calls ${functions.join(', ')}`),
          )}, declared VOLATILE.`,
          why: 'A function that may do more than read is not run for a measurement, and the probe counts as failed: status 1.',
          advice: 'Declare the function STABLE if all it does is read, or take the EXPLAIN out of the plan.',
        }),
      ];
