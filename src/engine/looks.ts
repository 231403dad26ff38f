import { type ErrorFacts, type Input, ownError } from '../run/index.ts';
import { ADVICE, type Looking, openWhenClear, preflight } from './look.ts';
import { Memory, type Pooling, runPreflight } from './preflight/index.ts';
import { toErrorFacts } from './session.ts';

/**
 * The looks between preflight and the go. They cost less than the first one: the way to the server is not looked at anew, and
 * what the server took once on an empty copy of its table is not tried again, data without duplicates is not read again, and
 * what is written is counted from look to look.
 */
export class Looks {
  readonly #looking: Looking;
  readonly #memory = new Memory();
  /** Null until sessions could be opened. */
  #pooling: Pooling | null = null;

  constructor(looking: Looking) {
    this.#looking = looking;
  }

  /** The first look, or one that an operator asked for: at everything. */
  first(): Promise<Input> {
    this.#memory.forget();
    return preflight(this.#looking, this.#memory, (pooling) => {
      this.#pooling = pooling;
    });
  }

  /** Looks again, before the go. Changes nothing; never fails. */
  async again(): Promise<Input> {
    const { sessions, lock, state } = this.#looking;
    if (this.#pooling === null) return asLook(await this.first());
    const inspect = sessions.inspect.current;
    if (inspect === null) return failed(ownError('the connection to the database is lost'));
    try {
      if (!lock.held) await lock.try();
      const { plan, options, resumedAt, steps, purpose } = state();
      const facts = await runPreflight({
        inspect,
        plan,
        options,
        ours: [...sessions.pids(), ...sessions.otherPids()],
        pooling: this.#pooling,
        resumed: resumedAt === null ? null : steps,
        steps,
        purpose,
        memory: this.#memory,
      });
      await openWhenClear(this.#looking, facts);
      return { kind: 'looked', outcome: { kind: 'done', facts } };
    } catch (error) {
      return failed(toErrorFacts(error));
    }
  }
}

const failed = (error: ErrorFacts): Input => ({ kind: 'looked', outcome: { kind: 'failed', error, advice: ADVICE } });

/** The whole of preflight, done because the one before could not look. */
const asLook = (input: Input): Input => {
  if (input.kind === 'preflighted') return { kind: 'looked', outcome: { kind: 'done', facts: input.facts } };
  if (input.kind !== 'preflight-failed') return input;
  return failed(input.error);
};
