import type { Command, RunState } from '../../../src/run/index.ts';
import type { FakeEngine } from './fake-engine.ts';
import type { Random } from './random.ts';

/** Whether there is anything that `indexdeck rollback` would begin for. */
export const isToBeRolledBack = ({ created, removed, steps }: RunState): boolean =>
  created.length > 0 ||
  removed.length > 0 ||
  steps.some(({ status, leftover }) => status === 'building' || leftover !== null);

/** How an operator orders a rollback: looks first, then says all or a part of what was shown, or thinks better of it. */
export class WayBack {
  readonly #random: Random;
  readonly #byPart: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#byPart = random.chance(0.3);
  }

  order(engine: FakeEngine, by: string): void {
    const { phase, survey, probes } = engine.state;
    if (survey === null || this.#random.chance(0.1)) {
      engine.command(phase === 'surveyed' ? { type: 'recheck' } : { type: 'survey' }, by);
      return;
    }
    if (phase === 'surveyed' && this.#random.chance(0.05)) {
      engine.command({ type: 'abort' }, by);
      return;
    }
    const shown = survey.indexes.map(({ oid }) => oid);
    const oids = this.#byPart ? shown.filter(() => this.#random.chance(0.5)) : shown;
    const probe = probes.length > 0 && this.#random.chance(0.5);
    const all = !this.#byPart || oids.length === 0;
    const order: Command = { type: 'roll-back', oids, all, confirm: 'menuca', ...(probe ? { probe } : {}) };
    engine.command(order, by);
  }
}
