import type { IndexAt, RunEvent, RunState, Traces } from '../../../src/run/index.ts';
import type { Act, FakeEngine, Watcher } from './fake-engine.ts';
import type { FakeBackend, FakeServer } from './fake-server.ts';
import * as rules from './rules.ts';
import * as back from './rules-back.ts';

/** Holds the rules against every fact and every act of a history, with the server's own truth at hand. */
export class Witness implements Watcher {
  /** Claims that rest on the name alone, and were wrong: a known limit, and rare. */
  mistaken = 0;
  readonly #server: FakeServer;
  readonly #journal: readonly RunEvent[];
  /** What others had changed when everything was verified. */
  #verifiedAt = -1;
  #checkedAt = -1;
  readonly #agreed = new Set<number>();
  /** By step: the index to be dropped that was shown last. */
  readonly #shown = new Map<number, number>();

  /** By OID: indexes that a rebuild was to replace, and their names. */
  readonly #replaced = new Map<number, string>();

  constructor(server: FakeServer, journal: readonly RunEvent[]) {
    this.#server = server;
    this.#journal = journal;
  }

  recorded(engine: FakeEngine, before: RunState | null, event: RunEvent): void {
    if (before === null) return;
    rules.nothingAfterTheEnd(before, event);
    rules.beginsOnlyWhenItMay(before, event);
    rules.beginsOnlyWithTheLock(engine, before, event);
    rules.beginsInItsTurn(before, event);
    rules.liftsOnlyWhatItMay(before, event);
    if (event.type === 'preflight.finished' || event.type === 'preflight.changed') {
      for (const { step, found } of event.steps ?? []) if (found?.kind === 'to-drop') this.#shown.set(step, found.oid);
    } else if (event.type === 'run.approved') for (const oid of event.replaceInvalid) this.#agreed.add(oid);
    else if (event.type === 'build.started' && event.replaces)
      this.#replaced.set(event.replaces.oid, event.replaces.name);
    else if (event.type === 'verify.finished') this.#verifiedAt = this.#server.meddled;
    else if (event.type === 'build.finished') rules.countsOnlyItsOwn(this.#server, event);
    else if (event.type === 'rollback.finished') {
      this.#checkedAt = this.#server.meddled;
      back.saysWhatTheCatalogSays(this.#server, before, event);
    } else if (event.type === 'run.finished') {
      rules.leavesNothingBehind(this.#server, event);
      // What others do after the verification is not the run's to know.
      if (this.#verifiedAt === this.#server.meddled) rules.zeroMeansAll(this.#server, engine.state, event);
      if (this.#checkedAt === this.#server.meddled) back.zeroMeansAsBefore(this.#server, engine.state, event);
    }
  }

  acts(engine: FakeEngine, act: Act): void {
    rules.intentFirst(this.#journal, act);
    rules.actsOnceForAnIntent(engine, act);
    rules.neverBesideAnother(this.#server, act);
    rules.dropsOnlyItsOwn(this.#server, this.#agreed, this.#shown, this.#replaced, act);
    rules.replacesWhatIsThere(this.#server, act);
    rules.neverMeasuresBesideABuild(engine, act);
    back.dropsOnlyWhatItBuilt(engine, act);
    back.buildsAgainAsItWas(engine, act);
    back.keepsTheNewUntilTheOldIsThere(engine, act);
  }

  measures(engine: FakeEngine): void {
    rules.neverMeasuresBesideABuild(engine, null);
  }

  cancels(_engine: FakeEngine, step: number, target: FakeBackend): void {
    rules.cancelsWhatIsMeant(step, target);
  }

  claims(_engine: FakeEngine, found: IndexAt, traces: Traces): void {
    if (!rules.byNameAlone(traces)) {
      rules.claimsOnlyItsOwn(this.#server, found);
      return;
    }
    for (const index of this.#server.indexes.values())
      if (index.oid === found.oid && index.by !== 'run') {
        this.mistaken += 1;
        index.by = 'run';
      }
  }
}
