import {
  type Input,
  isOff,
  judgeOwnGate,
  newOwnGateMemory,
  type OwnGate,
  type OwnGateMemory,
  type OwnReading,
  type RunState,
} from '../../run/index.ts';
import { KeptSession } from '../kept-session.ts';
import { watchingSettings } from '../session.ts';
import type { Sessions } from '../sessions.ts';
import { CommandNumber } from './command-number.ts';
import { GateReader } from './gate-reader.ts';
import type { NumberSource } from './number.ts';
import { SqlNumber } from './sql-number.ts';

export interface OwnGatesHost {
  sessions: Sessions;
  state(): RunState;
  submit(input: Input): void;
}

/** The gates of the config file: each has a reader of its own, and all are judged by the same pure rules. */
export class OwnGates {
  readonly #host: OwnGatesHost;
  readonly #readers: GateReader[];
  readonly #memories = new Map<string, OwnGateMemory>();
  readonly #latest = new Map<string, OwnReading>();

  constructor(host: OwnGatesHost) {
    this.#host = host;
    this.#readers = (host.state().options.ownGates ?? [])
      .filter((gate) => !isOff(gate.thresholds))
      .map((gate) => new GateReader(gate, this.#sourceOf(gate), (reading) => this.#read(gate, reading)));
  }

  start(): void {
    for (const reader of this.#readers) reader.start();
  }

  /** Ends every reading, the processes among them. Never fails. */
  async stop(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.stop()));
  }

  /** Once a second: a gate that gives no reading must not look like one where all is well. */
  tick(now: number): void {
    for (const { gate } of this.#readers) this.#judge(gate, null, now);
  }

  /** pids of our backends that read. */
  pids(): number[] {
    return this.#readers.flatMap(({ source }) => source.pid ?? []);
  }

  /** The newest reading of each gate; undefined when there are no own gates. */
  latest(): Record<string, OwnReading> | undefined {
    return this.#readers.length === 0 ? undefined : Object.fromEntries(this.#latest);
  }

  #read(gate: OwnGate, reading: OwnReading): void {
    this.#latest.set(gate.name, reading);
    this.#judge(gate, reading, Date.now());
  }

  #judge(gate: OwnGate, reading: OwnReading | null, now: number): void {
    const { phase } = this.#host.state();
    if (phase !== 'running' && phase !== 'verifying') return;
    const { memory, signals } = judgeOwnGate(this.#memories.get(gate.name) ?? newOwnGateMemory(), gate, reading, now);
    this.#memories.set(gate.name, memory);
    for (const signal of signals) this.#host.submit({ kind: 'gate', signal });
  }

  #sourceOf({ name, source, timeoutMs }: OwnGate): NumberSource {
    if (source.kind === 'command') return new CommandNumber({ command: source.command, cwd: source.cwd, timeoutMs });
    const { sessions, submit } = this.#host;
    const settings = { ...watchingSettings, statement_timeout: `${timeoutMs}ms` };
    const session = new KeptSession(`gate ${name}`, (title, signal) => sessions.open(title, settings, signal), {
      lost: (title, error) => submit({ kind: 'connection-lost', session: title, error }),
      restored: (title, afterMs) => submit({ kind: 'connection-restored', session: title, afterMs }),
    });
    return new SqlNumber({ sql: source.sql, timeoutMs, session, control: () => sessions.control.current });
  }
}
