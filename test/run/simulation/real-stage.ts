import { onTestFinished } from 'vitest';
import { buildingSettings, Session, watchingSettings } from '../../../src/engine/session.ts';
import { executeBriefly } from '../../../src/engine/short-lock.ts';
import { quoteIdent } from '../../../src/plan/ident.ts';
import { backendAlive } from '../../../src/queries/backend_alive.ts';
import { cancelBackend } from '../../../src/queries/cancel_backend.ts';
import { indexOnTable } from '../../../src/queries/find_leftover.ts';
import { identifyBuild } from '../../../src/queries/identify_build.ts';
import { terminateBackend } from '../../../src/queries/terminate_backend.ts';
import { tryAdvisoryLock } from '../../../src/queries/try_advisory_lock.ts';
import { connectionTo } from '../../engine/sampler-scene.ts';
import type { TestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import type { Statement } from './fake-server.ts';
import type { Stage } from './stages.ts';

interface Actor {
  session: Session;
  told: boolean;
  result: Promise<string>;
}

const sqlOf = (statement: Statement): string => {
  switch (statement.kind) {
    case 'build': {
      const { index, table, unique, ifNotExists } = statement;
      const words = ['CREATE', unique ? 'UNIQUE' : '', 'INDEX CONCURRENTLY', ifNotExists ? 'IF NOT EXISTS' : ''];
      return `${words.filter(Boolean).join(' ')} ${quoteIdent(index)} ON ${quoteIdent(table)} (id)`;
    }
    case 'drop':
      return `DROP INDEX ${statement.partitioned ? '' : 'CONCURRENTLY '}${quoteIdent(statement.index)}`;
    case 'only':
      return `CREATE INDEX ${quoteIdent(statement.index)} ON ONLY ${quoteIdent(statement.table)} (id)`;
    case 'attach':
      return `ALTER INDEX ${quoteIdent(statement.index)} ATTACH PARTITION ${quoteIdent(statement.partition)}`;
    case 'reindex':
      return `REINDEX INDEX ${quoteIdent(statement.index)}`;
    case 'rebuild':
      return `REINDEX INDEX CONCURRENTLY ${quoteIdent(statement.index)}`;
    case 'rename':
      return `ALTER INDEX ${quoteIdent(statement.index)} RENAME TO ${quoteIdent(statement.to)}`;
    case 'constrain': {
      const { index, table } = statement;
      return `ALTER TABLE ${quoteIdent(table)} ADD CONSTRAINT ${quoteIdent(index)} UNIQUE USING INDEX ${quoteIdent(index)}`;
    }
    case 'analyze':
      return `ANALYZE ${quoteIdent(statement.table)}`;
  }
};

const how = (error: unknown, session: Session): string => {
  const code = (error as { code?: unknown }).code;
  return session.lost || typeof code !== 'string' || code === '57P01' ? 'lost' : code;
};

/** A real server as a stage: its sessions are the engine's own, and what is seen is seen by the engine's own queries. */
export const realStage = async (database: TestDatabase): Promise<Stage> => {
  const open = async (name: string, settings: Readonly<Record<string, string>>): Promise<Session> => {
    const session = await Session.open({ connection: connectionTo(database), name, run: 'scenario', settings });
    onTestFinished(() => session.close());
    return session;
  };
  const control = await open('control', watchingSettings);
  const actors = new Map<string, Actor>();
  const of = (who: string): Actor => {
    const actor = actors.get(who);
    if (actor === undefined) throw new Error(`there is no session ${who}`);
    return actor;
  };
  const oidOf = async (table: string): Promise<number> => {
    const [row] = await database.sql('SELECT to_regclass($1)::oid::int AS oid', [quoteIdent(table)]);
    return row.oid;
  };
  const isWaiting = async ({ session }: Actor, phase: string): Promise<boolean> => {
    const [row] = await database.sql(
      `SELECT wait_event_type = 'Lock' AS waits, phase FROM pg_stat_activity
         LEFT JOIN pg_stat_progress_create_index USING (pid) WHERE pid = $1`,
      [session.pid],
    );
    return row?.waits === true && (phase === 'a lock' || row.phase === phase);
  };
  return {
    async createTable(name, duplicates, partitions) {
      if (partitions.length > 0) {
        await database.sql(`CREATE TABLE ${quoteIdent(name)} (id int) PARTITION BY LIST (id)`);
        for (const [n, partition] of partitions.entries())
          await database.sql(
            `CREATE TABLE ${quoteIdent(partition)} PARTITION OF ${quoteIdent(name)} FOR VALUES IN (${n})`,
          );
        return;
      }
      await database.sql(`CREATE TABLE ${quoteIdent(name)} (id int)`);
      const value = duplicates ? '1' : 'n';
      await database.sql(`INSERT INTO ${quoteIdent(name)} SELECT ${value} FROM generate_series(1, 100) n`);
    },
    async connect(who, patient) {
      const session = await open(who, buildingSettings);
      const actor: Actor = { session, told: false, result: Promise.resolve('nothing was sent') };
      session.onNotice(({ message }) => {
        if (message.startsWith('building index "')) actor.told = true;
      });
      await session.execute(`SET deadlock_timeout = '${patient ? '1h' : '100ms'}'`);
      actors.set(who, actor);
    },
    async begin(who, writes) {
      const { session } = of(who);
      await session.execute(writes === null ? 'BEGIN ISOLATION LEVEL REPEATABLE READ' : 'BEGIN');
      await session.execute(writes === null ? 'SELECT 1' : `LOCK TABLE ${quoteIdent(writes)} IN ROW EXCLUSIVE MODE`);
    },
    rollBack: async (who) => void (await of(who).session.execute('ROLLBACK')),
    async send(who, statement) {
      const actor = of(who);
      actor.told = false;
      const sql = sqlOf(statement);
      const brief = ['only', 'attach'].includes(statement.kind) || (statement.kind === 'drop' && statement.partitioned);
      const sent = brief ? executeBriefly(actor.session, sql) : actor.session.execute(sql);
      actor.result = sent.then(
        () => 'ok',
        (error: unknown) => how(error, actor.session),
      );
    },
    waits: async (who, phase) => void (await poll(() => isWaiting(of(who), phase))),
    async ended(who) {
      const { result } = of(who);
      const as = await result;
      return { as, told: of(who).told };
    },
    die: async (who) => of(who).session.abandon('the client dies'),
    cancel: async (who) => void (await cancelBackend(control, of(who).session)),
    terminate: async (who) => void (await terminateBackend(control, of(who).session)),
    gone: async (who) => void (await poll(async () => (await backendAlive(control, of(who).session)) === null)),
    tryLock: (who) => tryAdvisoryLock(of(who).session),
    identify: (who) => identifyBuild(control, of(who).session.pid),
    async look(index, table) {
      const there = await indexOnTable(control, { schema: 'public', name: index, tableOid: await oidOf(table) });
      return there === null ? null : { ...there, atWork: there.building !== null };
    },
  };
};
