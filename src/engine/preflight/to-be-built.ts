import type { Made } from '../../queries/try_indexes.ts';
import type { IndexFinding } from './facts.ts';

/** Nothing of its name is there, or a leftover that it would replace, or what the plan itself drops before. */
export const isToBeBuilt = ({ found, replaced }: IndexFinding): boolean =>
  replaced || found.kind === 'none' || found.kind === 'invalid';

/** What the server made of a planned index on the empty copy of its table; null when it was not tried, or refused. */
export const madeOf = ({ tried }: IndexFinding): Made | null => (tried === null || 'sqlstate' in tried ? null : tried);

/** The server does not take it, as it said of an empty copy of the table. */
export const isRefused = ({ tried }: IndexFinding): boolean => tried !== null && 'sqlstate' in tried && tried.copied;
