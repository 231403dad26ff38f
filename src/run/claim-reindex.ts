import type { IndexAt } from './claim.ts';
import { ownError } from './errors.ts';
import type { ErrorFacts, Leftover, ReplacedIndex } from './events.ts';
import type { BuildOutcome } from './inputs.ts';
import { mayBeNewOf, mayBeOldOf } from './reindex.ts';

/** An index of the table, under the name that it has now. */
export interface NamedAt extends IndexAt {
  schema: string;
  name: string;
  /** The server's text of it, up to its name left out (`definitionTail`); null where it was not asked for. */
  tail: string | null;
}

/** What became of an attempt to rebuild an index, as the catalog has it. */
export interface AfterReindex {
  /** Who has the index's name on its table. */
  named: NamedAt | null;
  /** The index that was to be replaced, by its OID, whatever it is called now. */
  old: NamedAt | null;
  /** Indexes of the table that are not valid, the old one aside. */
  invalid: readonly NamedAt[];
}

/** What an attempt has left behind on our side. */
export interface ReindexTraces {
  /** The OID that the server named as the one that our backend was making. */
  oid: number | null;
  /** The name of the index that the server told our session it began to fill. */
  heard: string | null;
  /** Its statement was not sent. */
  unsent: boolean;
}

/** done: the server reports success. failed: its error is known. lost: nobody saw it ending. */
export type ReindexEnd = 'done' | 'failed' | 'lost';

/** A definition from the method on: the same for an index and for what replaces it, whatever they are called. */
export const definitionTail = (definition: string): string => {
  const at = definition.indexOf(' USING ');
  const unique = definition.startsWith('CREATE UNIQUE ') ? 'UNIQUE' : '';
  return `${unique}${at === -1 ? definition : definition.slice(at)}`;
};

/** Only where the server's word is missing the definitions have to be read, which a lock may hold up. */
export const needsDefinitions = ({ oid, unsent }: ReindexTraces, end: ReindexEnd): boolean =>
  end !== 'done' && oid === null && !unsent;

/** The new index has the name, and it is this run's: by its OID, by the server's success, or as it was recorded. */
const hasReplaced = (named: NamedAt, replaces: ReplacedIndex, traces: ReindexTraces, end: ReindexEnd): boolean => {
  if (named.oid === replaces.oid || !named.valid || traces.unsent) return false;
  if (traces.oid !== null) return traces.oid === named.oid;
  if (end === 'done') return true;
  const same = named.tail === definitionTail(replaces.definition);
  return same && (end === 'lost' || traces.heard !== null);
};

/**
 * The old index, when the new one had its name already, and that one is gone or replaced by now: by its OID on record, since
 * nothing but a rebuild calls it so and makes it invalid.
 */
const halfReplaced = (old: NamedAt | null, { schema, name }: ReplacedIndex): Leftover | null => {
  const isOld = old !== null && !old.valid && old.schema === schema && old.name !== name && mayBeOldOf(name, old.name);
  return isOld ? { oid: old.oid, schema: old.schema, name: old.name, ours: true } : null;
};

/** What the attempt began and did not finish, and whether that is proven; null when nothing of the kind is there. */
const begun = (
  { named, invalid }: AfterReindex,
  replaces: ReplacedIndex,
  traces: ReindexTraces,
  end: ReindexEnd,
): Leftover | null => {
  // What was there before is nobody's business, whatever it is called.
  const since = invalid.filter(({ oid }) => !replaces.others.some((other) => other.oid === oid));
  const leftover = ({ oid, schema, name }: NamedAt, ours: boolean): Leftover => ({ oid, schema, name, ours });
  if (traces.unsent) return null;
  if (traces.oid !== null) {
    const named = since.find(({ oid }) => oid === traces.oid);
    return named === undefined ? null : leftover(named, true);
  }
  const free = since.filter(({ building, constraint }) => building === null && !constraint);
  const heard = free.find(({ name }) => name === traces.heard);
  if (heard !== undefined) return leftover(heard, true);
  // The server goes by the name: somebody may have put another index there while the statement waited for its table.
  const tails = [definitionTail(replaces.definition), named?.tail];
  const [one, ...more] = free.filter((index) => mayBeNewOf(replaces.name, index.name) && tails.includes(index.tail));
  if (one === undefined) return null;
  // The recorded intent counts where the server's word may have been lost; but not for one of several.
  return leftover(one, end === 'lost' && more.length === 0);
};

const FAILED = ownError('the server reported success, but the name does not stand for a new valid index');

/**
 * How an attempt to rebuild an index ended, by what stands there. REINDEX CONCURRENTLY builds the new index under a passing name
 * (`_ccnew`), and in one transaction gives it the name and calls the old one `_ccold`, not valid from then on; so the OID that
 * the name stands for tells whether it is done (ReindexRelationConcurrently in indexcmds.c; tried on 15 and 18). The old OID is on record
 * since before the act, the new one by the server's word; neither is ever told by its name alone.
 */
export const outcomeOfReindex = (
  after: AfterReindex,
  replaces: ReplacedIndex,
  traces: ReindexTraces,
  end: ReindexEnd,
  { error, durationMs }: { error: ErrorFacts | null; durationMs: number },
): BuildOutcome => {
  const { named, old } = after;
  const half = begun(after, replaces, traces, end);
  const rest = traces.unsent ? null : halfReplaced(old, replaces);
  // Where only the definition tells, a new index that is not finished speaks against it: somebody else has replaced the old one.
  const isHalf = traces.oid === null && half !== null;
  if (named !== null && !isHalf && hasReplaced(named, replaces, traces, end)) {
    return {
      kind: 'built',
      oid: named.oid,
      bytes: named.bytes,
      durationMs,
      ...(end === 'lost' ? { unwatched: true as const } : {}),
      replaced: { oid: replaces.oid, bytes: replaces.bytes },
      ...(rest === null ? {} : { leftover: rest }),
    };
  }
  // Either this run replaced the old one, or the unfinished one is its own: that one may have the passing name which became free.
  // The old one is on record and can go; the other one is for a person to tell.
  if (isHalf && rest !== null) {
    const { ours: _ours, ...besides } = half;
    return { kind: 'failed', error: error ?? FAILED, leftover: { ...rest, besides } };
  }
  return { kind: 'failed', error: error ?? FAILED, leftover: half ?? rest };
};
