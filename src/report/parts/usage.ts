import {
  normaliseStatement,
  type RunEvent,
  type RunState,
  type SurveyedIndex,
  type UsageFacts,
} from '../../run/index.ts';
import { cleanMessage } from '../redact.ts';
import type { Report } from '../schema.ts';
import { clock, plural } from '../summary.ts';
import { meanSince } from './mean-since.ts';

type Usage = NonNullable<Report['usage']>;
type Index = Usage['indexes'][number];
type Statement = Usage['statements'][number];

const MINUTE_MS = 60_000;
const UNITS = [
  [24 * 60 * MINUTE_MS, 'day'],
  [60 * MINUTE_MS, 'hour'],
  [MINUTE_MS, 'minute'],
] as const;

/** 7 days, 3 hours: never more than it was. */
const spanOf = (from: string, to: string): string => {
  const ms = Math.max(0, Date.parse(to) - Date.parse(from));
  const [unit, word] = UNITS.find(([of]) => ms >= of) ?? UNITS[2];
  return plural(Math.floor(ms / unit), word);
};

const isLater = (a: string | null, b: string | null): a is string =>
  a !== null && (b === null || Date.parse(a) > Date.parse(b));

/** Counted since the index was built, or since the statistics were reset after that; null when neither is known. */
const since = (builtAt: string | null, { statsReset, readAt }: UsageFacts): { at: string | null; words: string } => {
  if (!isLater(statsReset, builtAt))
    return builtAt === null
      ? { at: null, words: 'since it was built' }
      : { at: builtAt, words: `in ${spanOf(builtAt, readAt)} since it was built` };
  const age = builtAt === null ? '' : `, and was built ${spanOf(builtAt, readAt)} ago`;
  return { at: statsReset, words: `in ${spanOf(statsReset, readAt)} since the statistics were reset${age}` };
};

const scanWords = ({ scans, lastScan }: SurveyedIndex, words: string, unique: boolean): string => {
  if (scans === null) return 'use unknown';
  if (scans > 0)
    return `${plural(scans, 'scan')} ${words}${lastScan === null ? '' : `, the last one at ${clock(lastScan)}`}`;
  return `not used ${words}${unique ? '; it is UNIQUE, and keeping duplicates out is no use that is counted' : ''}`;
};

const indexOf = (index: SurveyedIndex, state: RunState, facts: UsageFacts): Index => {
  const { step: id, oid, schema, name, standing, kept, bytes, scans, lastScan } = index;
  const builtAt = state.created.find((made) => made.oid === oid)?.at ?? null;
  const { step } = state.steps[id] ?? {};
  const counted = since(builtAt, facts);
  const words = {
    gone: 'it is gone, and not by this run',
    invalid: 'INVALID: it costs writes and serves no query',
    valid: scanWords(index, counted.words, step?.kind === 'create-index' && step.unique),
  }[standing];
  return {
    step: id + 1,
    schema,
    name,
    oid,
    builtAt,
    standing,
    note: kept,
    bytes: standing === 'gone' ? null : bytes,
    scans,
    lastScan,
    countedSince: scans === null ? null : counted.at,
    unused: standing === 'valid' && scans !== null ? scans === 0 : null,
    words: kept === null ? words : `${words}; ${kept}`,
  };
};

/** Each statement that was read at the run, as it has fared since its last reading there. */
const statementsOf = (
  events: readonly RunEvent[],
  { statements: { before, after } }: RunState,
  { statements: now }: UsageFacts,
  keepLiterals: boolean,
): Statement[] => {
  const readings = [after, before].flatMap((reading) => (reading === null ? [] : [reading]));
  const ids = [...new Set(readings.flatMap(({ statements }) => statements.map(({ queryId }) => queryId)))];
  return ids.flatMap((id) => {
    const reading = readings.find(({ statements }) => statements.some(({ queryId }) => queryId === id));
    const then = reading?.statements.find(({ queryId }) => queryId === id);
    const seen = now.statements.find(({ queryId }) => queryId === id);
    if (reading === undefined || then === undefined) return [];
    const readAt = events.findLast((event) => event.type === 'statements.read' && event.when === reading.when)?.at;
    const wasReset = reading.statsReset !== now.statsReset;
    // Counters that were reset later have counted from nothing since. When, an old extension does not say: nothing is known.
    const anew = wasReset && isLater(now.statsReset, readAt ?? null);
    const { calls, meanMs } =
      seen === undefined ? { calls: null, meanMs: null } : meanSince(anew ? undefined : then, seen, wasReset && !anew);
    const meanBeforeMs = before?.statements.find(({ queryId }) => queryId === id)?.meanMs ?? null;
    return [
      {
        query: keepLiterals ? then.query : normaliseStatement(then.query),
        meanBeforeMs,
        meanSinceMs: meanMs,
        callsSince: calls,
        since: (anew ? now.statsReset : readAt) ?? null,
      },
    ];
  });
};

const CHANGES: Readonly<Record<NonNullable<UsageFacts['change']>, string | null>> = {
  same: null,
  restarted:
    'The server was started again after the run: if it had crashed, its counters began anew then, at the earliest',
  'failed-over': 'Another copy of the server has taken over: it has counted its own scans only',
  'in-recovery': 'This is a standby: it counts the scans of its own queries, and not those of the primary',
  'another-server':
    'This is ANOTHER SERVER than that of the run, by its system identifier: an OID may mean another index here',
  'former-primary': 'This is the FORMER PRIMARY: what others do on the one in use is not seen here',
  unidentified: 'Whether this is the server of the run is unknown: it has been started since, and does not say',
};

const notesOf = (facts: UsageFacts, state: RunState, keepLiterals: boolean): string[] => {
  const { change, startedAt, statsReset, statements } = facts;
  const changed = change === null ? 'Whether this is the server of the run is unknown' : CHANGES[change];
  const first = state.created.map(({ at }) => at).sort()[0] ?? null;
  return [
    ...(changed === null ? [] : [`${changed} (started ${clock(startedAt)}).`]),
    ...(first !== null && isLater(statsReset, first)
      ? [`The statistics of this database were reset at ${clock(statsReset)}: scans of before that are not counted.`]
      : []),
    'Scans are counted on this server only: each standby counts its own.',
    ...(statements.why === null ? [] : [`Statements: ${cleanMessage(statements.why, keepLiterals)}`]),
  ];
};

/** What a later look at the database has found of what the run has left. */
export const usage = (
  events: readonly RunEvent[],
  state: RunState,
  facts: UsageFacts,
  keepLiterals: boolean,
): Usage => {
  const { readAt, database, version, statsReset, statements } = facts;
  return {
    readAt,
    database,
    serverVersion: version,
    statsReset,
    notes: notesOf(facts, state, keepLiterals),
    indexes: facts.indexes.map((index) => indexOf(index, state, facts)),
    statements: statements.why === null ? statementsOf(events, state, facts, keepLiterals) : [],
  };
};
