import { quoteLiteral } from '../../../plan/ident.ts';
import type { Finding } from '../../../plan/types.ts';
import type { XminHolder } from '../../../queries/xmin_holders.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';

/** So many transactions behind is no longer a query that runs a little long. */
const OLD = 1_000_000;

const transactions = (age: number): string =>
  `${age.toLocaleString('en')} ${age === 1 ? 'transaction' : 'transactions'}`;

/** Slots and standbys that hold back vacuum: no build waits for them, which is said, and what they do is said too. */
export const xminHolders: Rule = ({ xminHolders: holders }) => {
  const [worst] = holders;
  if (worst === undefined) return [];
  const idle = holders.filter(({ active }) => !active);
  const old = holders.filter(({ active, age }) => active && age >= OLD);
  const findings = [...idleSlots(idle), ...oldHolders(old)];
  if (findings.length > 0) return findings;
  const which = count(holders.length, 'replication slot or standby', 'replication slots and standbys');
  return [
    ok(
      'vacuum-held-back',
      `${which} hold back vacuum, by at most ${transactions(worst.age)}; no build waits for them.`,
    ),
  ];
};

function idleSlots(slots: readonly XminHolder[]): Finding[] {
  const [first] = slots;
  if (first === undefined) return [];
  const each = slots.map(({ name, type, age }) => `${name} (${type}, ${transactions(age)} behind)`);
  return [
    finding('warning', 'idle-slot', {
      what: `Nobody reads from ${slots.length === 1 ? 'the replication slot' : 'the replication slots'} ${list(each)}.`,
      why:
        'No build waits for a slot. But it keeps all WAL from where it stands on, that of the builds too, until the disk is ' +
        'full; and vacuum removes nothing that it might still need.',
      advice: `Start what reads from it; if nobody needs it any more, SELECT pg_drop_replication_slot(${quoteLiteral(first.name)}).`,
    }),
  ];
}

function oldHolders(holders: readonly XminHolder[]): Finding[] {
  if (holders.length === 0) return [];
  const each = holders.map(({ kind, name, client, age }) => {
    const who =
      kind === 'slot' ? `the replication slot ${name}` : `the standby "${name}" at ${client ?? 'the server itself'}`;
    return `${who} (${transactions(age)})`;
  });
  return [
    finding('note', 'vacuum-held-back', {
      what: `Vacuum is held back by ${list(each)}.`,
      why: 'No build waits for them. But dead rows stay in the tables, and each build reads them twice.',
      advice:
        'Look for an old query on the standby (it reports its snapshot by hot_standby_feedback), or for a subscriber that lags.',
    }),
  ];
}
