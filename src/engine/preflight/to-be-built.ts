import type { Made } from '../../queries/try_indexes.ts';
import type { IndexFinding } from './facts.ts';

/** Nothing of its name is there, or a leftover that it would replace. */
export const isToBeBuilt = ({ found }: IndexFinding): boolean => found.kind === 'none' || found.kind === 'invalid';

/** What the server made of a planned index on the empty copy of its table; null when it was not tried, or refused. */
export const madeOf = ({ tried }: IndexFinding): Made | null => (tried === null || 'sqlstate' in tried ? null : tried);
