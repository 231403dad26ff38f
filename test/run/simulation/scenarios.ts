import type { Statement } from './fake-server.ts';

/** What stands in the catalog, as the run's own query for leftovers sees it; null: nothing. */
export type Standing = { valid: boolean; ready: boolean; atWork: boolean } | null;

/** One thing that is done to a server, or has to be so on it. Sessions go by names. */
export type Move =
  | { do: 'connect'; who: string /** It never finds out about a deadlock: the other one does. */; patient?: true }
  | { do: 'begin'; who: string /** Null: it only holds a snapshot. */; writes: string | null }
  | { do: 'roll back'; who: string }
  | { do: 'send'; who: string; statement: Statement }
  /** The phase that a build has come to and waits in; `a lock`: whatever a statement waits for. */
  | { do: 'wait'; who: string; in: string }
  /** How the statement ended for its client, and whether the client was told that the index began to be filled. */
  | { do: 'end'; who: string; as: string; told?: boolean }
  | { do: 'die'; who: string }
  | { do: 'cancel'; who: string }
  | { do: 'terminate'; who: string }
  | { do: 'gone'; who: string }
  | { do: 'lock'; who: string; got: boolean }
  /** The server names the index of this name as the one that the session builds; null: it names none. */
  | { do: 'identify'; who: string; index: string | null }
  | { do: 'look'; index: string; table: string; is: Standing }
  /** The index has the OID that it had when it was looked at last. */
  | { do: 'same'; index: string; table: string; is: boolean };

export interface Scenario {
  name: string;
  tables: { name: string; duplicates?: boolean; partitions?: string[] }[];
  moves: Move[];
}

const build = (index: string, table = 't', more: { unique?: boolean; ifNotExists?: boolean } = {}): Statement => ({
  kind: 'build',
  index,
  table,
  ...more,
});
const connect = (...names: string[]): Move[] => names.map((who) => ({ do: 'connect', who }));
const look = (index: string, is: Standing, table = 't'): Move => ({ do: 'look', index, table, is });

const BUILT = { valid: true, ready: true, atWork: false };
const EMPTY = { valid: false, ready: false, atWork: false };
const FILLED = { valid: false, ready: true, atWork: false };

const FIRST_WAIT = 'waiting for writers before build';
const LAST_WAIT = 'waiting for old snapshots';

const T = [{ name: 't' }];

/** A build that waits in its first or its last wait, for whoever is called `other`. */
const waiting = (phase: typeof FIRST_WAIT | typeof LAST_WAIT): Move[] => [
  ...connect('builder', 'other'),
  { do: 'begin', who: 'other', writes: phase === FIRST_WAIT ? 't' : null },
  { do: 'send', who: 'builder', statement: build('i') },
  { do: 'wait', who: 'builder', in: phase },
];

const LEFTOVER: Move[] = [
  ...waiting(LAST_WAIT),
  { do: 'cancel', who: 'builder' },
  { do: 'end', who: 'builder', as: '57014', told: true },
  { do: 'roll back', who: 'other' },
];

const PARTITIONED = [{ name: 't', partitions: ['t1', 't2'] }];
const only = (index: string): Statement => ({ kind: 'only', index, table: 't' });
const attach = (partition: string): Statement => ({ kind: 'attach', index: 'i', partition });
const INCOMPLETE = { valid: false, ready: true, atWork: false };

const sent = (statement: Statement, as = 'ok'): Move[] => [
  { do: 'send', who: 'builder', statement },
  { do: 'end', who: 'builder', as },
];

const REBUILD: Statement = { kind: 'rebuild', index: 'i' };

const READY: Move[] = [...connect('builder'), ...sent(build('i')), look('i', BUILT)];

/** A REINDEX CONCURRENTLY that waits for the snapshot of `other`, which it does before the new index has the name. */
const SWAPPING: Move[] = [
  ...READY,
  ...connect('other'),
  { do: 'begin', who: 'other', writes: null },
  { do: 'send', who: 'builder', statement: REBUILD },
  { do: 'wait', who: 'builder', in: LAST_WAIT },
];

/** What the simulation takes for granted of PostgreSQL. The fake server and the real ones go through the same. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a build succeeds',
    tables: T,
    moves: [
      ...connect('builder'),
      look('i', null),
      { do: 'send', who: 'builder', statement: build('i') },
      { do: 'end', who: 'builder', as: 'ok', told: true },
      look('i', BUILT),
      { do: 'identify', who: 'builder', index: null },
    ],
  },
  {
    name: 'a build on a table that is not there',
    tables: [],
    moves: [
      ...connect('builder'),
      { do: 'send', who: 'builder', statement: build('i') },
      { do: 'end', who: 'builder', as: '42P01', told: false },
    ],
  },
  {
    name: 'a unique violation leaves an invalid index that is not ready',
    tables: [{ name: 't', duplicates: true }],
    moves: [
      ...connect('builder'),
      { do: 'send', who: 'builder', statement: build('i', 't', { unique: true }) },
      { do: 'end', who: 'builder', as: '23505', told: true },
      look('i', EMPTY),
    ],
  },
  {
    name: 'a build in its first wait is named by its OID, and has not begun to be filled',
    tables: T,
    moves: [
      ...waiting(FIRST_WAIT),
      { do: 'identify', who: 'builder', index: 'i' },
      look('i', { valid: false, ready: false, atWork: true }),
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014', told: false },
      look('i', EMPTY),
    ],
  },
  {
    name: 'a build that is cancelled in its last wait leaves an invalid index that is ready',
    tables: T,
    moves: [
      ...waiting(LAST_WAIT),
      { do: 'identify', who: 'builder', index: 'i' },
      look('i', { valid: false, ready: true, atWork: true }),
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014', told: true },
      look('i', FILLED),
    ],
  },
  {
    name: 'a cancel of a session that does nothing hits nothing',
    tables: T,
    moves: [
      ...connect('builder'),
      { do: 'cancel', who: 'builder' },
      { do: 'send', who: 'builder', statement: build('i') },
      { do: 'end', who: 'builder', as: 'ok', told: true },
    ],
  },
  {
    name: 'the client dies, and the backend builds on to a valid index',
    tables: T,
    moves: [
      ...waiting(LAST_WAIT),
      { do: 'die', who: 'builder' },
      { do: 'identify', who: 'builder', index: 'i' },
      look('i', { valid: false, ready: true, atWork: true }),
      { do: 'roll back', who: 'other' },
      { do: 'gone', who: 'builder' },
      look('i', BUILT),
    ],
  },
  {
    name: 'the client dies, its backend is ended, and leaves an invalid index',
    tables: T,
    moves: [
      ...waiting(LAST_WAIT),
      { do: 'die', who: 'builder' },
      { do: 'terminate', who: 'builder' },
      { do: 'gone', who: 'builder' },
      look('i', FILLED),
    ],
  },
  {
    name: 'the client dies, its backend is cancelled and goes',
    tables: T,
    moves: [
      ...waiting(FIRST_WAIT),
      { do: 'die', who: 'builder' },
      { do: 'cancel', who: 'builder' },
      { do: 'gone', who: 'builder' },
      look('i', EMPTY),
    ],
  },
  {
    name: 'a backend is ended under its client',
    tables: T,
    moves: [
      ...waiting(LAST_WAIT),
      { do: 'terminate', who: 'builder' },
      { do: 'end', who: 'builder', as: 'lost' },
      { do: 'gone', who: 'builder' },
      look('i', FILLED),
    ],
  },
  {
    name: 'a client that does nothing dies, and its backend goes',
    tables: [],
    moves: [...connect('builder'), { do: 'die', who: 'builder' }, { do: 'gone', who: 'builder' }],
  },
  {
    name: 'a second build of the same name is refused, and leaves the first as it is',
    tables: [{ name: 't' }, { name: 'u' }],
    moves: [
      ...connect('builder'),
      { do: 'send', who: 'builder', statement: build('i') },
      { do: 'end', who: 'builder', as: 'ok', told: true },
      { do: 'send', who: 'builder', statement: build('i') },
      { do: 'end', who: 'builder', as: '42P07', told: false },
      { do: 'send', who: 'builder', statement: build('i', 'u') },
      { do: 'end', who: 'builder', as: '42P07', told: false },
      look('i', BUILT),
      look('i', null, 'u'),
    ],
  },
  {
    name: 'IF NOT EXISTS passes over an invalid leftover as if all were well',
    tables: T,
    moves: [
      ...LEFTOVER,
      { do: 'send', who: 'builder', statement: build('i', 't', { ifNotExists: true }) },
      { do: 'end', who: 'builder', as: 'ok', told: false },
      look('i', FILLED),
    ],
  },
  {
    name: 'a leftover is dropped',
    tables: T,
    moves: [
      ...LEFTOVER,
      { do: 'send', who: 'builder', statement: { kind: 'drop', index: 'i' } },
      { do: 'end', who: 'builder', as: 'ok' },
      look('i', null),
    ],
  },
  {
    name: 'REINDEX makes a leftover valid, under the same OID',
    tables: T,
    moves: [
      ...LEFTOVER,
      look('i', FILLED),
      { do: 'send', who: 'builder', statement: { kind: 'reindex', index: 'i' } },
      { do: 'end', who: 'builder', as: 'ok' },
      { do: 'same', index: 'i', table: 't', is: true },
      look('i', BUILT),
    ],
  },
  {
    name: 'REINDEX meets the same duplicates, and leaves the leftover as it was',
    tables: [{ name: 't', duplicates: true }],
    moves: [
      ...connect('builder'),
      { do: 'send', who: 'builder', statement: build('i', 't', { unique: true }) },
      { do: 'end', who: 'builder', as: '23505', told: true },
      { do: 'send', who: 'builder', statement: { kind: 'reindex', index: 'i' } },
      { do: 'end', who: 'builder', as: '23505' },
      look('i', EMPTY),
    ],
  },
  {
    name: 'REINDEX waits for a writer',
    tables: T,
    moves: [
      ...LEFTOVER,
      ...connect('writer', 'mender'),
      { do: 'begin', who: 'writer', writes: 't' },
      { do: 'send', who: 'mender', statement: { kind: 'reindex', index: 'i' } },
      { do: 'wait', who: 'mender', in: 'a lock' },
      look('i', FILLED),
      { do: 'roll back', who: 'writer' },
      { do: 'end', who: 'mender', as: 'ok' },
      look('i', BUILT),
    ],
  },
  {
    name: 'REINDEX CONCURRENTLY gives the name to a new index, and leaves nothing',
    tables: T,
    moves: [
      ...READY,
      { do: 'send', who: 'builder', statement: REBUILD },
      { do: 'end', who: 'builder', as: 'ok', told: true },
      { do: 'same', index: 'i', table: 't', is: false },
      look('i', BUILT),
      look('i_ccnew', null),
      look('i_ccold', null),
    ],
  },
  {
    name: 'REINDEX CONCURRENTLY in its first wait is called by the OID of the old index; cancelled, it leaves a new one',
    tables: T,
    moves: [
      ...READY,
      ...connect('other'),
      { do: 'begin', who: 'other', writes: 't' },
      { do: 'send', who: 'builder', statement: REBUILD },
      { do: 'wait', who: 'builder', in: FIRST_WAIT },
      { do: 'identify', who: 'builder', index: 'i' },
      look('i', { ...BUILT, atWork: true }),
      look('i_ccnew', { ...EMPTY, atWork: true }),
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014', told: false },
      { do: 'same', index: 'i', table: 't', is: true },
      look('i', BUILT),
      look('i_ccnew', EMPTY),
    ],
  },
  {
    name: 'REINDEX CONCURRENTLY beside what another one left takes the next name, and leaves that alone',
    tables: T,
    moves: [
      ...READY,
      ...sent(build('i_ccnew')),
      ...sent(build('i_ccold')),
      ...connect('other'),
      { do: 'begin', who: 'other', writes: 't' },
      { do: 'send', who: 'builder', statement: REBUILD },
      { do: 'wait', who: 'builder', in: FIRST_WAIT },
      look('i_ccnew', BUILT),
      look('i_ccnew1', { ...EMPTY, atWork: true }),
      { do: 'roll back', who: 'other' },
      { do: 'end', who: 'builder', as: 'ok', told: true },
      look('i_ccnew', BUILT),
      look('i_ccold', BUILT),
      look('i_ccnew1', null),
    ],
  },
  {
    name: 'REINDEX CONCURRENTLY waits for a snapshot before the new index has the name',
    tables: T,
    moves: [
      ...SWAPPING,
      { do: 'identify', who: 'builder', index: 'i_ccnew' },
      look('i', { ...BUILT, atWork: true }),
      { do: 'terminate', who: 'builder' },
      { do: 'end', who: 'builder', as: 'lost', told: true },
      { do: 'gone', who: 'builder' },
      look('i', BUILT),
      look('i_ccnew', FILLED),
    ],
  },
  {
    name: 'REINDEX CONCURRENTLY waits for who uses the table when the new index has the name; cancelled, it leaves the old one',
    tables: T,
    moves: [
      ...SWAPPING,
      look('i', { ...BUILT, atWork: true }),
      ...connect('user'),
      { do: 'begin', who: 'user', writes: 't' },
      { do: 'roll back', who: 'other' },
      { do: 'wait', who: 'builder', in: 'waiting for readers before marking dead' },
      { do: 'same', index: 'i', table: 't', is: false },
      { do: 'identify', who: 'builder', index: 'i' },
      look('i_ccold', { ...FILLED, atWork: true }),
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014', told: true },
      look('i', BUILT),
      look('i_ccold', FILLED),
      look('i_ccnew', null),
    ],
  },
  {
    name: 'what a REINDEX CONCURRENTLY left is dropped like any other',
    tables: T,
    moves: [
      ...SWAPPING,
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014', told: true },
      { do: 'roll back', who: 'other' },
      ...sent({ kind: 'drop', index: 'i_ccnew' }),
      look('i_ccnew', null),
      look('i', BUILT),
    ],
  },
  {
    name: 'REINDEX CONCURRENTLY of what is not there',
    tables: T,
    moves: [...connect('builder'), ...sent(REBUILD, '42P01')],
  },
  {
    name: 'REINDEX CONCURRENTLY makes an invalid index valid, under another OID',
    tables: T,
    moves: [
      ...LEFTOVER,
      look('i', FILLED),
      ...sent(REBUILD),
      { do: 'same', index: 'i', table: 't', is: false },
      look('i', BUILT),
    ],
  },
  {
    name: 'a drop of what is not there',
    tables: T,
    moves: [
      ...connect('dropper'),
      { do: 'send', who: 'dropper', statement: { kind: 'drop', index: 'i' } },
      { do: 'end', who: 'dropper', as: '42704' },
    ],
  },
  {
    name: 'a drop waits for a writer, seen at work; cancelled, it leaves the index invalid',
    tables: T,
    moves: [
      ...connect('builder', 'other'),
      { do: 'send', who: 'builder', statement: build('i') },
      { do: 'end', who: 'builder', as: 'ok', told: true },
      { do: 'begin', who: 'other', writes: 't' },
      { do: 'send', who: 'builder', statement: { kind: 'drop', index: 'i' } },
      { do: 'wait', who: 'builder', in: 'a lock' },
      look('i', { valid: false, ready: true, atWork: true }),
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014' },
      look('i', FILLED),
    ],
  },
  {
    name: 'a drop whose client dies goes on to its end',
    tables: T,
    moves: [
      ...LEFTOVER,
      ...connect('writer'),
      { do: 'begin', who: 'writer', writes: 't' },
      { do: 'send', who: 'builder', statement: { kind: 'drop', index: 'i' } },
      { do: 'wait', who: 'builder', in: 'a lock' },
      { do: 'die', who: 'builder' },
      { do: 'roll back', who: 'writer' },
      { do: 'gone', who: 'builder' },
      look('i', null),
    ],
  },
  {
    name: 'an index of a constraint is not dropped, nor a constraint made of what is not unique, or not valid',
    tables: T,
    moves: [
      ...connect('builder', 'other'),
      ...sent(build('i')),
      ...sent({ kind: 'constrain', index: 'i', table: 't' }, '42809'),
      ...sent(build('u', 't', { unique: true })),
      ...sent({ kind: 'constrain', index: 'u', table: 't' }),
      ...sent({ kind: 'constrain', index: 'u', table: 't' }, '55000'),
      ...sent({ kind: 'constrain', index: 'x', table: 't' }, '42704'),
      ...sent({ kind: 'drop', index: 'u' }, '2BP01'),
      look('u', BUILT),
      { do: 'begin', who: 'other', writes: 't' },
      { do: 'send', who: 'builder', statement: build('v', 't', { unique: true }) },
      { do: 'wait', who: 'builder', in: FIRST_WAIT },
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014' },
      { do: 'send', who: 'builder', statement: { kind: 'constrain', index: 'v', table: 't' } },
      { do: 'wait', who: 'builder', in: 'a lock' },
      { do: 'roll back', who: 'other' },
      { do: 'end', who: 'builder', as: '55000' },
    ],
  },
  {
    name: 'a rename keeps the index, also what is attached to it; a drop does not find it by its old name',
    tables: PARTITIONED,
    moves: [
      ...connect('builder'),
      ...sent(build('i1', 't1')),
      look('i1', BUILT, 't1'),
      ...sent(only('i')),
      ...sent(attach('i1')),
      ...sent({ kind: 'rename', index: 'i1', to: 'j1' }),
      look('i1', null, 't1'),
      look('j1', BUILT, 't1'),
      ...sent({ kind: 'rename', index: 'i', to: 'j' }),
      ...sent({ kind: 'rename', index: 'i', to: 'k' }, '42P01'),
      ...sent({ kind: 'rename', index: 'j', to: 'j1' }, '42P07'),
      ...sent({ kind: 'drop', index: 'i', partitioned: true }, '42704'),
      ...sent({ kind: 'drop', index: 'j1' }, '2BP01'),
      ...sent({ kind: 'drop', index: 'j', partitioned: true }),
      look('j1', null, 't1'),
    ],
  },
  {
    name: 'a drop that was stopped is gone on with by another one',
    tables: T,
    moves: [
      ...connect('builder', 'other'),
      ...sent(build('i')),
      { do: 'begin', who: 'other', writes: 't' },
      { do: 'send', who: 'builder', statement: { kind: 'drop', index: 'i' } },
      { do: 'wait', who: 'builder', in: 'a lock' },
      { do: 'terminate', who: 'builder' },
      { do: 'end', who: 'builder', as: 'lost' },
      look('i', FILLED),
      ...connect('second'),
      { do: 'send', who: 'second', statement: { kind: 'drop', index: 'i' } },
      { do: 'wait', who: 'second', in: 'a lock' },
      { do: 'roll back', who: 'other' },
      { do: 'end', who: 'second', as: 'ok' },
      look('i', null),
    ],
  },
  {
    name: 'of two builds on one table the first dies of a deadlock in its last wait',
    tables: T,
    moves: [
      ...waiting(FIRST_WAIT),
      { do: 'connect', who: 'second', patient: true },
      { do: 'send', who: 'second', statement: build('j') },
      { do: 'wait', who: 'second', in: 'a lock' },
      { do: 'roll back', who: 'other' },
      { do: 'end', who: 'builder', as: '40P01', told: true },
      { do: 'end', who: 'second', as: 'ok', told: true },
      look('i', FILLED),
      look('j', BUILT),
    ],
  },
  {
    name: 'ANALYZE waits for a build on its table, and not for one on another',
    tables: [{ name: 't' }, { name: 'u' }],
    moves: [
      ...waiting(FIRST_WAIT),
      ...connect('analyzer', 'second'),
      { do: 'send', who: 'second', statement: { kind: 'analyze', table: 'u' } },
      { do: 'end', who: 'second', as: 'ok' },
      { do: 'send', who: 'analyzer', statement: { kind: 'analyze', table: 't' } },
      { do: 'wait', who: 'analyzer', in: 'a lock' },
      { do: 'cancel', who: 'builder' },
      { do: 'end', who: 'builder', as: '57014', told: false },
      { do: 'end', who: 'analyzer', as: 'ok' },
    ],
  },
  {
    name: 'an index on a partitioned table is valid as soon as each partition’s is attached, and goes with all of them',
    tables: PARTITIONED,
    moves: [
      ...connect('builder'),
      ...sent(build('i'), '0A000'),
      ...sent(build('i1', 't1')),
      ...sent(only('i')),
      look('i', INCOMPLETE),
      ...sent(attach('i1')),
      ...sent(attach('i1')),
      ...sent(attach('i2'), '42P01'),
      look('i', INCOMPLETE),
      ...sent(build('i2', 't2')),
      ...sent(attach('i2')),
      look('i', BUILT),
      ...sent({ kind: 'drop', index: 'i1' }, '2BP01'),
      ...sent({ kind: 'drop', index: 'i' }, '0A000'),
      ...sent({ kind: 'drop', index: 'i', partitioned: true }),
      look('i', null),
      look('i2', null, 't2'),
    ],
  },
  {
    name: 'what takes a short lock gives up on it',
    tables: PARTITIONED,
    moves: [
      ...connect('builder', 'other'),
      ...sent(build('i1', 't1')),
      { do: 'begin', who: 'other', writes: 't' },
      ...sent(only('i'), '55P03'),
      look('i', null),
      { do: 'roll back', who: 'other' },
      ...sent(only('i')),
      ...sent(only('i'), '42P07'),
      ...sent(attach('i1')),
      { do: 'begin', who: 'other', writes: 't2' },
      ...sent({ kind: 'drop', index: 'i', partitioned: true }, '55P03'),
      look('i', INCOMPLETE),
      { do: 'roll back', who: 'other' },
    ],
  },
  {
    name: 'the advisory lock is one session’s, and free with its end',
    tables: [],
    moves: [
      ...connect('one', 'another'),
      { do: 'lock', who: 'one', got: true },
      { do: 'lock', who: 'another', got: false },
      { do: 'terminate', who: 'one' },
      { do: 'gone', who: 'one' },
      { do: 'lock', who: 'another', got: true },
      { do: 'die', who: 'another' },
      { do: 'gone', who: 'another' },
      ...connect('third'),
      { do: 'lock', who: 'third', got: true },
    ],
  },
];
