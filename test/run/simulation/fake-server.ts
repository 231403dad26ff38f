import type { BackendId, IndexAt } from '../../../src/run/index.ts';

/** Whose something is: the run's, or somebody else's. The server's own truth, whatever the run believes. */
export type Party = 'run' | 'other';

export interface FakeTable {
  name: string;
  oid: number;
  /** Rows that a unique index would reject. */
  duplicates: boolean;
  /** Of a partitioned table its partitions, by name; null for any other. */
  partitions: string[] | null;
}

export interface FakeIndex {
  name: string;
  table: string;
  oid: number;
  valid: boolean;
  ready: boolean;
  unique: boolean;
  by: Party;
  /** Of the definition that the plan has for this name. */
  asPlanned: boolean;
  /** A drop of the run has made it invalid. */
  halfDropped?: boolean;
  /** The index of a partitioned table: valid when one is attached to it for each partition. */
  partitioned: boolean;
  /** Name of the index that it is attached to. */
  parent: string | null;
  /** A constraint depends on it. */
  constraint: boolean;
  /** The step of the run that it was built for; null for everybody else's. */
  madeFor: number | null;
}

export type Statement =
  | { kind: 'build'; index: string; table: string; unique?: boolean; ifNotExists?: boolean; asPlanned?: boolean }
  /** partitioned: not concurrently. */
  | {
      kind: 'drop';
      index: string;
      partitioned?: boolean /** The one that is meant; the server goes by the name. */;
      oid?: number;
    }
  /** CREATE INDEX ON ONLY a partitioned table. */
  | { kind: 'only'; index: string; table: string; asPlanned?: boolean }
  | { kind: 'attach'; index: string; partition: string }
  /** Not concurrently. */
  | { kind: 'reindex'; index: string }
  /** REINDEX CONCURRENTLY. */
  | { kind: 'rebuild'; index: string; oid?: number }
  /** ALTER TABLE ... ADD CONSTRAINT ... UNIQUE USING INDEX, of the same name. */
  | { kind: 'constrain'; index: string; table: string }
  | { kind: 'analyze'; table: string }
  | { kind: 'rename'; index: string; to: string };

/** What a run sends: the rest is other people's. */
export type OwnStatement = Exclude<Statement, { kind: 'reindex' | 'constrain' }>;

/** How a statement ended for the client that waits for it. `lost`: with its backend. */
export type Result = { kind: 'ok' } | { kind: 'error'; sqlstate: string } | { kind: 'lost' };

interface Work {
  statement: Statement;
  /** 0: it wants the table. See `PHASES`. */
  phase: number;
  /** Of the index that it makes or drops, as soon as there is one. */
  oid: number | null;
  /** Of the index that it makes anew. */
  was: number | null;
  /** What the run means it for: its step. */
  step: number | null;
}

export interface FakeBackend extends BackendId {
  name: string;
  by: Party;
  /** The client is there; without it the backend works on, and goes when its work is done. */
  client: boolean;
  /** A cancel does not reach it; only terminating it helps. */
  deaf: boolean;
  work: Work | null;
  /** Of the last statement, until the next. */
  result: Result | null;
  /** The client was told that its statement began to fill an index, as `debug1` tells. */
  told: boolean;
  /** And under which name. */
  toldName: string | null;
  /** An open transaction: it writes to a table, or holds a snapshot. */
  transaction: { writes: string | null } | null;
}

/** What a concurrent build goes through; the same names as pg_stat_progress_create_index has. */
const BUILD = {
  wantsTable: 0,
  writersBeforeBuild: 1,
  building: 2,
  writersBeforeValidation: 3,
  validating: 4,
  oldSnapshots: 5,
  done: 6,
} as const;

export const PHASES: readonly string[] = [
  'initializing',
  'waiting for writers before build',
  'building index',
  'waiting for writers before validation',
  'index validation: scanning index',
  'waiting for old snapshots',
];

/** What follows where an index is made anew: it has the name, and the old one goes. */
const REBUILD = { swapped: 6, done: 8 } as const;

const AFTER_SWAP = ['waiting for readers before marking dead', 'waiting for readers before dropping'];

const DROP = { wantsTable: 0, waiting: 1, done: 2 } as const;

/** Both wait for the table with a snapshot. */
const MAKES: ReadonlySet<Statement['kind']> = new Set(['build', 'rebuild']);

/**
 * What of PostgreSQL a run can notice: catalog, backends and an advisory lock. Concurrent builds go through their phases one
 * `advance` at a time, wait for each other and for transactions, deadlock, and leave behind what the real one leaves.
 * `scenarios.ts` holds it to that.
 */
export class FakeServer {
  readonly tables = new Map<string, FakeTable>();
  readonly indexes = new Map<string, FakeIndex>();
  readonly backends = new Map<number, FakeBackend>();
  /** pid of the session that holds the advisory lock. */
  lockHolder: number | null = null;
  /** Names of indexes that others have taken away, or replaced. */
  readonly takenAway = new Set<string>();
  /** How often they did. */
  meddled = 0;
  /** What the run has dropped, as it was, by OID. */
  readonly dropped = new Map<number, FakeIndex>();
  #pid = 100;
  #oid = 16_384;

  createTable(name: string, duplicates = false, partitions: string[] | null = null): FakeTable {
    const table = { name, oid: this.#oid++, duplicates, partitions };
    this.tables.set(name, table);
    return table;
  }

  /** An index that is simply there. */
  plant(
    name: string,
    table: string,
    about: Pick<FakeIndex, 'valid' | 'by' | 'asPlanned'> & { unique?: boolean | undefined },
  ): FakeIndex {
    const partitioned = (this.tables.get(table)?.partitions ?? null) !== null;
    const unique = about.unique ?? false;
    const apart = { parent: null, constraint: false, madeFor: null };
    const index = { name, table, oid: this.#oid++, ready: about.valid, ...about, unique, partitioned, ...apart };
    this.indexes.set(name, index);
    return index;
  }

  /** Somebody else drops an index; no wait, no trace. */
  takeAway(name: string): void {
    // What is attached is not dropped by itself, and goes with what it is attached to.
    if (this.indexes.get(name)?.parent != null) return;
    if (this.indexes.get(name)?.constraint) return;
    for (const each of [name, ...this.attachedTo(name)]) {
      this.indexes.delete(each);
      this.takenAway.add(each);
    }
    this.meddled += 1;
  }

  /** Somebody else renames a valid index, in a moment; false when that cannot be. One that is not valid: a known limit. */
  callOtherwise(name: string, to: string): boolean {
    const index = this.indexes.get(name);
    if (!index?.valid || this.indexes.has(to) || this.atWorkOn(index.oid) !== null) return false;
    this.#nameAnew(index, to);
    this.takenAway.add(name);
    this.meddled += 1;
    return true;
  }

  /** Somebody else makes a constraint of an index, in a moment; false when that cannot be. */
  makeConstraint(name: string): boolean {
    const index = this.indexes.get(name);
    if (index === undefined || this.atWorkOn(index.oid) !== null || this.#notForConstraint(index) !== null)
      return false;
    // Of an index that is, or will be, attached no history makes one.
    if ([...this.tables.values()].some(({ partitions }) => partitions?.includes(index.table))) return false;
    index.constraint = true;
    this.meddled += 1;
    return true;
  }

  /** Somebody adds a partition: the server makes its indexes, as its parent has them. */
  addPartition(parent: string, name: string): void {
    const table = this.tables.get(parent);
    if (table?.partitions == null || this.tables.has(name)) return;
    if (this.#holderOf(parent) !== null || this.#hasTransaction((writes) => writes === parent)) return;
    this.createTable(name);
    table.partitions.push(name);
    for (const index of [...this.indexes.values()]) {
      if (index.table !== parent) continue;
      const { asPlanned, unique } = index;
      this.plant(`${name}_${index.name}`, name, { valid: true, by: 'other', asPlanned, unique }).parent = index.name;
    }
  }

  /** Names of all that is attached to the index, of whatever level. */
  attachedTo(name: string): string[] {
    const children = [...this.indexes.values()].filter(({ parent }) => parent === name);
    return children.flatMap((child) => [child.name, ...this.attachedTo(child.name)]);
  }

  connect(name: string, by: Party): FakeBackend {
    // A pid is used again now and then: only together with its start it names a backend.
    const pid = 101 + (this.#pid++ % 400);
    if (this.backends.has(pid)) return this.connect(name, by);
    const backendStart = `2026-11-23T18:00:00.${String(this.#pid).padStart(6, '0')}Z`;
    const backend = {
      pid,
      backendStart,
      name,
      by,
      client: true,
      deaf: false,
      work: null,
      result: null,
      told: false,
      toldName: null,
      transaction: null,
    };
    this.backends.set(pid, backend);
    return backend;
  }

  find({ pid, backendStart }: BackendId): FakeBackend | null {
    const backend = this.backends.get(pid);
    return backend?.backendStart === backendStart ? backend : null;
  }

  /** The client is gone without a word. What works, works on; unless the server is slow to notice, the rest goes. */
  clientDies(backend: FakeBackend, noticed = true): void {
    backend.client = false;
    backend.result = null;
    if (backend.work === null && noticed) this.#gone(backend);
  }

  /** The server notices that the clients of idle sessions are gone. */
  notice(): void {
    for (const backend of this.backends.values()) if (!backend.client && backend.work === null) this.#gone(backend);
  }

  terminate(id: BackendId): boolean {
    const backend = this.find(id);
    if (backend === null) return false;
    this.#gone(backend);
    return true;
  }

  /** False when there is no such backend, like pg_cancel_backend. */
  cancel(id: BackendId): boolean {
    const backend = this.find(id);
    if (backend === null) return false;
    if (backend.work !== null && !backend.deaf) this.#end(backend, { kind: 'error', sqlstate: '57014' });
    return true;
  }

  /** What the backend does fails, for whatever reason. */
  fail(backend: FakeBackend, sqlstate: string): void {
    if (backend.work !== null) this.#end(backend, { kind: 'error', sqlstate });
  }

  tryLock(backend: FakeBackend): boolean {
    this.lockHolder ??= backend.pid;
    return this.lockHolder === backend.pid;
  }

  begin(backend: FakeBackend, transaction: { writes: string | null }): void {
    backend.transaction = transaction;
  }

  send(backend: FakeBackend, statement: Statement, step: number | null = null): void {
    if (backend.work !== null) throw new Error(`pid ${backend.pid} has not answered yet`);
    backend.result = null;
    backend.told = false;
    backend.toldName = null;
    backend.work = { statement, phase: 0, oid: null, was: null, step };
  }

  /** One phase further; false when it waits for somebody, or has nothing to do. */
  advance(backend: FakeBackend): boolean {
    const { work } = backend;
    if (work === null) return false;
    if (this.#waitsFor(backend, work)) return false;
    switch (work.statement.kind) {
      case 'build':
        this.#build(backend, work, work.statement);
        break;
      case 'drop':
        this.#drop(backend, work, work.statement);
        break;
      case 'rename':
        this.#rename(backend, work.statement);
        break;
      case 'only':
        this.#only(backend, work, work.statement);
        break;
      case 'attach':
        this.#attach(backend, work, work.statement);
        break;
      case 'reindex':
        this.#reindex(backend, work.statement.index);
        break;
      case 'rebuild':
        this.#rebuild(backend, work, work.statement);
        break;
      case 'constrain':
        this.#constrain(backend, work.statement.index);
        break;
      case 'analyze':
        if (work.phase === 0) work.phase = 1;
        else this.#end(backend, { kind: 'ok' });
    }
    return true;
  }

  /** Goes on until everybody waits or is done. */
  settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const backend of [...this.backends.values()]) moved = this.advance(backend) || moved;
    }
  }

  /** OID of the index that this backend is making, as pg_stat_progress_create_index tells. */
  identify(pid: number): number | null {
    const work = this.backends.get(pid)?.work;
    // One that is made anew is called by the OID of the old one up to the end of its first wait.
    if (work?.statement.kind === 'rebuild') return work.phase > BUILD.writersBeforeBuild ? work.oid : work.was;
    return work?.statement.kind === 'build' ? work.oid : null;
  }

  /** OID of the index that this backend makes anew, as its locks tell (sql/monitor/identify_rebuild.sql). */
  identifyRebuild(pid: number): number | null {
    const work = this.backends.get(pid)?.work;
    return work?.statement.kind === 'rebuild' ? work.oid : null;
  }

  phaseOf(pid: number): string | null {
    const work = this.backends.get(pid)?.work;
    if (work?.statement.kind === 'rebuild') return [...PHASES, ...AFTER_SWAP][work.phase] ?? null;
    return work?.statement.kind === 'build' ? (PHASES[work.phase] ?? null) : null;
  }

  /** As sql/catalog/find_leftover.sql sees it. */
  look(name: string, table: string): IndexAt | null {
    const index = this.indexes.get(name);
    if (index === undefined || index.table !== table) return null;
    const { oid, valid, ready, constraint } = index;
    return { oid, valid, ready, building: this.atWorkOn(oid), constraint, bytes: 8192 };
  }

  /** pid of whoever builds or drops the index of this OID. */
  atWorkOn(oid: number): number | null {
    for (const { pid, work } of this.backends.values())
      if (work !== null && (work.oid === oid || work.was === oid) && work.phase > 0) return pid;
    return null;
  }

  tableOf(statement: Statement): string | null {
    return 'index' in statement && !('table' in statement)
      ? (this.indexes.get(statement.index)?.table ?? null)
      : statement.table;
  }

  /** Whoever holds SHARE UPDATE EXCLUSIVE on the table: one at a time. */
  #holderOf(table: string): FakeBackend | null {
    for (const backend of this.backends.values())
      if (backend.work !== null && backend.work.phase > 0 && this.tableOf(backend.work.statement) === table)
        return backend;
    return null;
  }

  #waitsFor(backend: FakeBackend, work: Work): boolean {
    const table = this.tableOf(work.statement);
    const waitsForWriters = work.statement.kind === 'reindex' || work.statement.kind === 'constrain';
    if (waitsForWriters && this.#hasTransaction((writes) => writes === table)) return true;
    if (work.statement.kind === 'rename')
      return this.atWorkOn(this.indexes.get(work.statement.index)?.oid ?? 0) !== null;
    if (this.#isShort(work.statement)) return false;
    if (work.phase === 0) return table !== null && this.#holderOf(table) !== null;
    if (['analyze', 'reindex', 'rename', 'constrain'].includes(work.statement.kind)) return false;
    if (work.statement.kind === 'drop') return this.#hasTransaction((writes) => writes === table);
    if (work.phase === BUILD.writersBeforeBuild || work.phase === BUILD.writersBeforeValidation)
      return this.#hasTransaction((writes) => writes === table);
    if (work.phase >= REBUILD.swapped) return this.#hasTransaction((writes) => writes === table);
    if (work.phase !== BUILD.oldSnapshots) return false;
    if (this.#hasTransaction((writes) => writes === null)) return true;
    return this.#deadlocks(backend, table);
  }

  #hasTransaction(wanted: (writes: string | null) => boolean): boolean {
    for (const { transaction } of this.backends.values())
      if (transaction !== null && wanted(transaction.writes)) return true;
    return false;
  }

  /**
   * Another build that wants this one's table waits for it with a snapshot, for which this one would wait: of the two it
   * is the one that closes the circle that dies (tried on 15 and 18).
   */
  #deadlocks(backend: FakeBackend, table: string | null): boolean {
    for (const other of this.backends.values()) {
      const { work } = other;
      if (other === backend || work === null || !MAKES.has(work.statement.kind) || work.phase !== 0) continue;
      if (this.tableOf(work.statement) !== table) continue;
      this.#end(backend, { kind: 'error', sqlstate: '40P01' });
      return true;
    }
    return false;
  }

  /** It waits for its locks for a moment and gives up. */
  #isShort(statement: Statement): boolean {
    if (statement.kind === 'drop') return this.indexes.get(statement.index)?.partitioned === true;
    return statement.kind === 'only' || statement.kind === 'attach';
  }

  /** Whether somebody's lock on one of these tables makes it give up. */
  #givesUp(backend: FakeBackend, tables: readonly (string | undefined)[]): boolean {
    const locked = this.#hasTransaction((writes) => writes !== null && tables.includes(writes));
    if (locked) this.fail(backend, '55P03');
    return locked;
  }

  #treeOf(table: string): string[] {
    return [table, ...(this.tables.get(table)?.partitions ?? []).flatMap((partition) => this.#treeOf(partition))];
  }

  #only(backend: FakeBackend, work: Work, statement: Extract<Statement, { kind: 'only' }>): void {
    const { index: name, table, asPlanned = true } = statement;
    if (work.phase === 0) {
      work.phase = 1;
      return;
    }
    const partitions = this.tables.get(table)?.partitions;
    if (partitions == null) this.fail(backend, '42P01');
    else if (this.indexes.has(name)) this.fail(backend, '42P07');
    else if (!this.#givesUp(backend, [table])) {
      const made = this.plant(name, table, { valid: partitions.length === 0, by: backend.by, asPlanned });
      made.ready = true;
      made.madeFor = work.step;
      this.#end(backend, { kind: 'ok' });
    }
  }

  #attach(backend: FakeBackend, work: Work, statement: Extract<Statement, { kind: 'attach' }>): void {
    if (work.phase === 0) {
      work.phase = 1;
      return;
    }
    const parent = this.indexes.get(statement.index);
    const partition = this.indexes.get(statement.partition);
    if (parent === undefined || partition === undefined) {
      this.fail(backend, '42P01');
      return;
    }
    const belongs = this.tables.get(parent.table)?.partitions?.includes(partition.table) === true;
    const elsewhere = partition.parent !== null && partition.parent !== parent.name;
    const another = [...this.indexes.values()].some(
      (index) => index !== partition && index.parent === parent.name && index.table === partition.table,
    );
    if (!parent.partitioned || !belongs || elsewhere || another || parent.asPlanned !== partition.asPlanned) {
      this.fail(backend, '55000');
      return;
    }
    if (this.#givesUp(backend, [partition.table])) return;
    partition.parent = parent.name;
    this.#complete(parent);
    this.#end(backend, { kind: 'ok' });
  }

  /** Valid when a valid one is attached for each partition; then perhaps what it is attached to is, too. */
  #complete(index: FakeIndex): void {
    const attached = [...this.indexes.values()].filter(({ parent, valid }) => parent === index.name && valid);
    if (attached.length < (this.tables.get(index.table)?.partitions?.length ?? 0)) return;
    index.valid = true;
    const parent = index.parent === null ? undefined : this.indexes.get(index.parent);
    if (parent !== undefined) this.#complete(parent);
  }

  #build(backend: FakeBackend, work: Work, statement: Extract<Statement, { kind: 'build' }>): void {
    const { index: name, table, unique, ifNotExists, asPlanned } = statement;
    if (work.phase === BUILD.wantsTable) {
      if (!this.tables.has(table)) {
        this.fail(backend, '42P01');
        return;
      }
      if (this.tables.get(table)?.partitions != null) {
        this.fail(backend, '0A000');
        return;
      }
      // With IF NOT EXISTS it says so in a NOTICE at most, whatever the index that is there is worth.
      if (this.indexes.has(name)) {
        this.#end(backend, ifNotExists ? { kind: 'ok' } : { kind: 'error', sqlstate: '42P07' });
        return;
      }
      const index = this.plant(name, table, { valid: false, by: backend.by, asPlanned: asPlanned ?? true, unique });
      index.madeFor = work.step;
      work.oid = index.oid;
      work.phase = BUILD.writersBeforeBuild;
      return;
    }
    const index = this.indexes.get(name);
    if (index === undefined || index.oid !== work.oid) {
      this.fail(backend, 'XX000');
      return;
    }
    if (work.phase === BUILD.building) {
      if (unique && this.tables.get(table)?.duplicates) {
        this.fail(backend, '23505');
        return;
      }
      index.ready = true;
    }
    work.phase += 1;
    if (work.phase === BUILD.building) backend.told = backend.client;
    if (work.phase !== BUILD.done) return;
    index.valid = true;
    this.#end(backend, { kind: 'ok' });
  }

  /** The server's choice of a name: a number is put behind one that is taken. */
  #freeName(name: string): string {
    for (let n = 0; ; n++) {
      const candidate = n === 0 ? name : `${name}${n}`;
      if (!this.indexes.has(candidate)) return candidate;
    }
  }

  #byOid(oid: number | null): FakeIndex | undefined {
    return [...this.indexes.values()].find((index) => index.oid === oid);
  }

  #rebuild(
    backend: FakeBackend,
    work: Work,
    { index: name, oid: meant }: Extract<Statement, { kind: 'rebuild' }>,
  ): void {
    const old = this.indexes.get(name);
    if (work.phase === BUILD.wantsTable) {
      if (old === undefined || old.partitioned) {
        this.fail(backend, old === undefined ? '42P01' : '25001');
        return;
      }
      const { table, asPlanned, unique } = old;
      const made = this.plant(this.#freeName(`${name}_ccnew`), table, {
        ...{ valid: false, by: backend.by, asPlanned, unique },
      });
      made.madeFor = work.step;
      work.oid = made.oid;
      work.was = old.oid;
      work.phase = BUILD.writersBeforeBuild;
      return;
    }
    if (work.phase >= REBUILD.swapped) {
      work.phase += 1;
      if (work.phase !== REBUILD.done) return;
      const left = this.#byOid(work.was);
      if (left !== undefined) this.indexes.delete(left.name);
      this.#end(backend, { kind: 'ok' });
      return;
    }
    const made = this.#byOid(work.oid);
    if (made === undefined || old?.oid !== work.was) {
      this.fail(backend, 'XX000');
      return;
    }
    if (work.phase === BUILD.building) {
      if (made.unique && this.tables.get(made.table)?.duplicates) {
        this.fail(backend, '23505');
        return;
      }
      made.ready = true;
    }
    work.phase += 1;
    if (work.phase === BUILD.building) {
      backend.told = backend.client;
      backend.toldName = made.name;
    }
    if (work.phase !== REBUILD.swapped) return;
    old.valid = false;
    if (backend.by === 'run' && old.oid === meant) old.halfDropped = true;
    this.#nameAnew(old, this.#freeName(`${name}_ccold`));
    this.#nameAnew(made, name);
    made.valid = true;
    made.parent = old.parent;
    made.constraint = old.constraint;
    old.constraint = false;
    old.parent = null;
  }

  #drop(
    backend: FakeBackend,
    work: Work,
    { index: name, oid: meant, partitioned }: Extract<Statement, { kind: 'drop' }>,
  ): void {
    const index = this.indexes.get(name);
    if (index === undefined) {
      this.fail(backend, '42704');
      return;
    }
    if (index.parent !== null || index.constraint) {
      this.fail(backend, '2BP01');
      return;
    }
    if (index.partitioned !== (partitioned ?? false)) {
      this.fail(backend, '0A000');
      return;
    }
    if (index.partitioned) {
      if (work.phase === DROP.wantsTable) {
        work.phase = DROP.waiting;
        return;
      }
      if (this.#givesUp(backend, this.#treeOf(index.table))) return;
      for (const each of [name, ...this.attachedTo(name)]) this.#forget(backend, each);
      this.#end(backend, { kind: 'ok' });
      return;
    }
    if (work.phase === DROP.wantsTable) {
      index.valid = false;
      if (backend.by === 'run' && index.oid === meant) index.halfDropped = true;
      work.oid = index.oid;
    }
    work.phase += 1;
    if (work.phase !== DROP.done) return;
    this.#forget(backend, name);
    this.#end(backend, { kind: 'ok' });
  }

  #forget(backend: FakeBackend, name: string): void {
    const index = this.indexes.get(name);
    if (index !== undefined && backend.by === 'run') this.dropped.set(index.oid, index);
    this.indexes.delete(name);
  }

  #nameAnew(index: FakeIndex, to: string): void {
    for (const each of this.indexes.values()) if (each.parent === index.name) each.parent = to;
    this.indexes.delete(index.name);
    index.name = to;
    this.indexes.set(to, index);
  }

  /** Why ADD CONSTRAINT ... USING INDEX refuses this one, as SQLSTATE; null when it does not. */
  #notForConstraint({ partitioned, parent, constraint, unique, valid }: FakeIndex): string | null {
    if (partitioned) return '0A000';
    if (constraint || !valid || parent !== null) return '55000';
    return unique ? null : '42809';
  }

  /** Its lock is held for a moment: nothing is scanned. */
  #constrain(backend: FakeBackend, name: string): void {
    const index = this.indexes.get(name);
    const refused = index === undefined ? '42704' : this.#notForConstraint(index);
    if (index === undefined || refused !== null) {
      this.fail(backend, refused ?? '42704');
      return;
    }
    index.constraint = true;
    this.#end(backend, { kind: 'ok' });
  }

  /** Done in a moment, under a lock on the index alone. */
  #rename(backend: FakeBackend, { index: name, to }: Extract<Statement, { kind: 'rename' }>): void {
    const index = this.indexes.get(name);
    if (index === undefined || this.indexes.has(to)) {
      this.fail(backend, index === undefined ? '42P01' : '42P07');
      return;
    }
    this.#nameAnew(index, to);
    this.#end(backend, { kind: 'ok' });
  }

  #reindex(backend: FakeBackend, name: string): void {
    const index = this.indexes.get(name);
    if (index === undefined) {
      this.fail(backend, '42P01');
      return;
    }
    // That of a partitioned table would have its partitions' built anew: another matter.
    if (index.partitioned) {
      this.fail(backend, '25001');
      return;
    }
    if (index.unique && this.tables.get(index.table)?.duplicates) {
      this.fail(backend, '23505');
      return;
    }
    index.valid = true;
    index.ready = true;
    index.halfDropped = false;
    this.#end(backend, { kind: 'ok' });
  }

  #end(backend: FakeBackend, result: Result): void {
    backend.work = null;
    backend.deaf = false;
    if (backend.client) backend.result = result;
    else this.#gone(backend);
  }

  #gone(backend: FakeBackend): void {
    backend.work = null;
    backend.result = { kind: 'lost' };
    backend.transaction = null;
    backend.client = false;
    this.backends.delete(backend.pid);
    if (this.lockHolder === backend.pid) this.lockHolder = null;
  }
}
