import type { FakeBackend, FakeServer, Statement } from './fake-server.ts';
import type { Move, Scenario, Standing } from './scenarios.ts';

/** A server on which a scenario is played: the fake one, or a real one. */
export interface Stage {
  createTable(name: string, duplicates: boolean, partitions: readonly string[]): Promise<void>;
  connect(who: string, patient: boolean): Promise<void>;
  begin(who: string, writes: string | null): Promise<void>;
  rollBack(who: string): Promise<void>;
  send(who: string, statement: Statement): Promise<void>;
  /** Returns when it waits there; fails when it does not come to that. */
  waits(who: string, phase: string): Promise<void>;
  ended(who: string): Promise<{ as: string; told: boolean }>;
  die(who: string): Promise<void>;
  cancel(who: string): Promise<void>;
  terminate(who: string): Promise<void>;
  gone(who: string): Promise<void>;
  tryLock(who: string): Promise<boolean>;
  /** OID of what the session builds, as the server tells. */
  identify(who: string): Promise<number | null>;
  look(index: string, table: string): Promise<(NonNullable<Standing> & { oid: number }) | null>;
}

/** What there was to see of a move: compared with what the scenario says. */
const seenOf = async (stage: Stage, move: Move, oids: Map<string, number>): Promise<Move> => {
  switch (move.do) {
    case 'connect':
      await stage.connect(move.who, move.patient ?? false);
      return move;
    case 'begin':
      await stage.begin(move.who, move.writes);
      return move;
    case 'roll back':
      await stage.rollBack(move.who);
      return move;
    case 'send':
      await stage.send(move.who, move.statement);
      return move;
    case 'wait':
      await stage.waits(move.who, move.in);
      return move;
    case 'end': {
      const { as, told } = await stage.ended(move.who);
      return move.told === undefined ? { ...move, as } : { ...move, as, told };
    }
    case 'die':
      await stage.die(move.who);
      return move;
    case 'cancel':
      await stage.cancel(move.who);
      return move;
    case 'terminate':
      await stage.terminate(move.who);
      return move;
    case 'gone':
      await stage.gone(move.who);
      return move;
    case 'lock':
      return { ...move, got: await stage.tryLock(move.who) };
    case 'identify': {
      const oid = await stage.identify(move.who);
      const there = move.index === null ? null : await stage.look(move.index, 't');
      return { ...move, index: oid === null ? null : oid === there?.oid ? move.index : `oid ${oid}` };
    }
    case 'same': {
      const there = await stage.look(move.index, move.table);
      return { ...move, is: there !== null && there.oid === oids.get(move.index) };
    }
    case 'look': {
      const there = await stage.look(move.index, move.table);
      if (there === null) return { ...move, is: null };
      const { valid, ready, atWork, oid } = there;
      oids.set(move.index, oid);
      return { ...move, is: { valid, ready, atWork } };
    }
  }
};

/** Plays a scenario, and gives its moves as they turned out. */
export const play = async (stage: Stage, { tables, moves }: Scenario): Promise<Move[]> => {
  for (const { name, duplicates, partitions } of tables)
    await stage.createTable(name, duplicates ?? false, partitions ?? []);
  const seen: Move[] = [];
  const oids = new Map<string, number>();
  for (const move of moves) seen.push(await seenOf(stage, move, oids));
  return seen;
};

/** The fake server as a stage: everything goes as far as it can after each move. */
export const fakeStage = (server: FakeServer): Stage => {
  const sessions = new Map<string, FakeBackend>();
  const of = (who: string): FakeBackend => {
    const session = sessions.get(who);
    if (session === undefined) throw new Error(`there is no session ${who}`);
    return session;
  };
  const settled = <T>(what: T): Promise<T> => {
    server.settle();
    return Promise.resolve(what);
  };
  return {
    createTable: (name, duplicates, partitions) => {
      for (const partition of partitions) server.createTable(partition);
      return settled(void server.createTable(name, duplicates, partitions.length === 0 ? null : [...partitions]));
    },
    connect: (who) => settled(void sessions.set(who, server.connect(who, 'run'))),
    begin: (who, writes) => settled(void server.begin(of(who), { writes })),
    rollBack: (who) => {
      of(who).transaction = null;
      return settled(undefined);
    },
    send: (who, statement) => settled(void server.send(of(who), statement)),
    waits: (who, phase) => {
      const { pid, work } = of(who);
      const there = phase === 'a lock' ? work !== null : server.phaseOf(pid) === phase;
      return there ? settled(undefined) : Promise.reject(new Error(`${who} is in ${server.phaseOf(pid)}`));
    },
    ended: (who) => {
      const { result, told } = of(who);
      const as = result?.kind === 'error' ? result.sqlstate : (result?.kind ?? 'not ended');
      return settled({ as, told });
    },
    die: (who) => settled(server.clientDies(of(who))),
    cancel: (who) => settled(void server.cancel(of(who))),
    terminate: (who) => settled(void server.terminate(of(who))),
    gone: (who) =>
      server.find(of(who)) === null ? settled(undefined) : Promise.reject(new Error(`${who} is still there`)),
    tryLock: (who) => settled(server.tryLock(of(who))),
    identify: (who) => settled(server.identify(of(who).pid)),
    look: (index, table) => {
      const there = server.look(index, table);
      return settled(there === null ? null : { ...there, atWork: there.building !== null });
    },
  };
};
