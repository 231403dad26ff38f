import type { Made } from '../../queries/try_indexes.ts';
import type { DropFinding, IndexFinding } from './facts.ts';

/** Nothing of its name is there, or a leftover that it would replace. */
export const isToBeBuilt = ({ found }: IndexFinding): boolean => found.kind === 'none' || found.kind === 'invalid';

/** What the server made of a planned index on the empty copy of its table; null when it was not tried, or refused. */
export const madeOf = ({ tried }: IndexFinding): Made | null => (tried === null || 'sqlstate' in tried ? null : tried);

/** What stands there is dropped by the plan itself, before this one is built. */
export const isReplaced = (drops: readonly DropFinding[], { step, found }: IndexFinding): boolean =>
  drops.some(
    (drop) => drop.step < step && drop.found.kind === 'to-drop' && 'oid' in found && drop.found.oid === found.oid,
  );

/** The server does not take it, as it said of an empty copy of the table. */
export const isRefused = ({ tried }: IndexFinding): boolean => tried !== null && 'sqlstate' in tried && tried.copied;
