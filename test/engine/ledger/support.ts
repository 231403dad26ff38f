import { onTestFinished } from 'vitest';
import { KeptSession } from '../../../src/engine/kept-session.ts';
import { Ledger, ledgerSettings } from '../../../src/engine/ledger/index.ts';
import { Session } from '../../../src/engine/session.ts';
import type { ErrorFacts, RunEvent } from '../../../src/run/index.ts';
import { Core, createIndex, planOf, section } from '../../support/core.ts';
import type { TestDatabase } from '../../support/database.ts';
import { LEDGER } from '../../support/ledger.ts';
import { poll } from '../../support/poll.ts';

export const RUN = 'r1';

/** The events of a run that built two indexes, one in a section with characters that not every encoding has. */
export const someEvents = (): RunEvent[] => {
  const core = new Core(
    planOf(section('one → first “É” 日本 \u0000', [createIndex('a1', 'a')]), section('two', [createIndex('b1', 'b')])),
  );
  core.go();
  core.found(0);
  core.built(0);
  core.found(1);
  core.built(1);
  return core.events;
};

/** A ledger on a real server, fed from a list that the test adds to. */
export interface Fed {
  ledger: Ledger;
  kept: KeptSession;
  /** What the journal holds. */
  events: RunEvent[];
  failures: { error: ErrorFacts; advice: string }[];
  restored: number[];
  superseded: string[];
  log: string[];
  add(...more: RunEvent[]): void;
  /** Adds them, and waits until they are there. */
  feed(...more: RunEvent[]): Promise<void>;
}

export const ledgerOn = (
  database: TestDatabase,
  where: { schema?: string; as?: { user: string; password: string }; version?: string } = {},
): Fed => {
  const { host, port, user, password } = database.server;
  const { schema = LEDGER, as = { user, password }, version = 'test' } = where;
  const connection = { host, port, database: database.name, ...as };
  const settings = ledgerSettings(schema);
  const kept = new KeptSession(
    'ledger',
    (name, signal) => Session.open({ connection, run: RUN, name, settings, signal }),
    { lost: () => undefined, restored: () => undefined },
  );
  const fed: Fed = {
    kept,
    events: [],
    failures: [],
    restored: [],
    superseded: [],
    log: [],
    ledger: new Ledger(
      kept,
      { run: RUN, schema, version },
      {
        events: () => fed.events,
        failed: (error, advice) => fed.failures.push({ error, advice }),
        restored: (afterMs) => fed.restored.push(afterMs),
        superseded: (why) => fed.superseded.push(why),
        log: (line) => fed.log.push(line),
        command: () => ({ ok: false, why: 'no orders in this test' }),
        dropped: () => undefined,
        joined: () => undefined,
        left: () => undefined,
        sinceGoMs: () => 0,
      },
    ),
    add: (...more) => {
      fed.events.push(...more);
      fed.ledger.added();
    },
    feed: async (...more) => {
      fed.add(...more);
      await poll(() => fed.ledger.settled(fed.events.length, 5_000));
    },
  };
  onTestFinished(async () => {
    await fed.ledger.finish(0);
    await kept.stop();
  });
  return fed;
};
