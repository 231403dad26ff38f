import type { Rule } from '../facts.ts';
import { finding } from '../finding.ts';

/** Defaults that would end or hinder a build. */
const HARMFUL: ReadonlySet<string> = new Set([
  'statement_timeout',
  'lock_timeout',
  'transaction_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'default_transaction_read_only',
]);

const isHarmless = (value: string): boolean => ['0', 'off', 'false', 'no'].includes(value.toLowerCase());

/** What a role or a database brings along and our sessions do not take over. */
export const roleDefaults: Rule = ({ roleDefaults: defaults }) => {
  const harmful = defaults.filter(({ name, value }) => HARMFUL.has(name) && !isHarmless(value));
  if (harmful.length === 0) return [];
  return [
    finding('note', 'overridden-defaults', {
      what: `Defaults of the role or database: ${harmful.map(({ name, value, scope }) => `${name} = ${value} (${scope})`).join(', ')}.`,
      why: 'They would kill a build, or forbid it: the waits of a concurrent build count in them.',
      advice: "Nothing to do: indexdeck's own sessions override them.",
    }),
  ];
};
