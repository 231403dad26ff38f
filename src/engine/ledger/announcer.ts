import { createPublicKey, generateKeyPairSync, generateKeySync, randomBytes } from 'node:crypto';
import { announce } from '../../queries/ledger_feed.ts';
import {
  announceIn,
  announcementText,
  openerText,
  payloadOf,
  type Seal,
  sealText,
  type Unannounced,
} from '../../run/announcement/index.ts';
import { type Session, toErrorFacts } from '../session.ts';
import { WITHIN } from './prepare.ts';

/** NOTIFY takes a payload of less than 8000 bytes (documented). */
const MOST_PAYLOAD = 7_900;
/** More events than this are for readers of the table. */
const MOST_EVENTS = 50;
/** What could not be announced is not worth a try each second: whoever hears nothing reads the table. */
const SILENT_MS = 10_000;

/**
 * Tells screens elsewhere what the ledger has by now, so that they need not ask for it each second. Anybody who is connected
 * can listen and speak on the channel: so it is sealed, for those who may read the ledger. What is said was committed
 * before; what is not heard is read from the table.
 */
export class Announcer {
  readonly #run: string;
  readonly #log: (line: string) => void;
  readonly #seal: Seal;
  /** What opens it, for the run's row. */
  readonly opener: string;
  #lastAt = Number.NEGATIVE_INFINITY;
  #silentUntil = Number.NEGATIVE_INFINITY;
  /** How many events the ledger has; what of them was not told; null: more than can be told. */
  #seq = 0;
  #events: string[] | null = [];
  #sample: string | null = null;
  #left: Unannounced = { events: false, sample: false, urgent: false };

  constructor(run: string, log: (line: string) => void) {
    this.#run = run;
    this.#log = log;
    const { privateKey } = generateKeyPairSync('ed25519');
    this.#seal = { secret: generateKeySync('aes', { length: 256 }), signing: privateKey };
    this.opener = openerText({ secret: this.#seal.secret, verifying: createPublicKey(privateKey) });
  }

  /** The ledger has these events now, the newest of them with this number. */
  fed(seq: number, texts: readonly string[]): void {
    this.#seq = seq;
    const events = this.#events === null ? [] : [...this.#events, ...texts];
    this.#events = this.#events === null || events.length > MOST_EVENTS ? null : events;
    this.#left.events = true;
  }

  sampled(text: string): void {
    this.#sample = text;
    this.#left.sample = true;
  }

  /** Somebody waits for what is to be told next. */
  hurry(): void {
    this.#left.urgent = true;
  }

  /** In how many milliseconds there is something to tell; null: nothing. */
  get dueInMs(): number | null {
    const now = performance.now();
    const due = announceIn(this.#left, now - this.#lastAt);
    return due === null ? null : Math.max(due, this.#silentUntil - now);
  }

  /** Tells what is due. Fails only with the session. */
  async tell(session: Session): Promise<void> {
    const due = this.dueInMs;
    if (due === null || due > 0) return;
    const payload = this.#payload();
    this.#lastAt = performance.now();
    try {
      await announce(session, payload, WITHIN);
    } catch (error) {
      if (session.lost) throw error;
      this.#silentUntil = performance.now() + SILENT_MS;
      this.#log(`nothing is announced to screens elsewhere: ${toErrorFacts(error).message}`);
      return;
    }
    this.#events = [];
    this.#sample = null;
    this.#left = { events: false, sample: false, urgent: false };
  }

  /** As much as fits into one: the sample can be read, and so can the events. */
  #payload(): string {
    const seq = this.#seq;
    const events = this.#events ?? [];
    const sample = this.#sample;
    const fitting = [
      { events, sample },
      { events, sample: null },
      { events: [], sample },
    ]
      .map((each) => this.#sealed({ seq, ...each }))
      .find((payload) => payload.length <= MOST_PAYLOAD);
    return fitting ?? this.#sealed({ seq, events: [], sample: null });
  }

  #sealed(about: { seq: number; events: string[]; sample: string | null }): string {
    return payloadOf(this.#run, sealText(this.#seal, this.#run, randomBytes(12), announcementText(about)));
  }
}
