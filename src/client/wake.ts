import type { ClientConfig } from 'pg';
import pgListen, { type Subscriber } from 'pg-listen';
import { reconnectDelay } from './backoff.ts';

export const CHANNEL = 'indexdeck';

/**
 * Listens for notifications on the ledger's channel, on a connection of its own. Anybody who is connected can send one, and
 * one can be lost: what is heard counts for what its seal proves, and whoever hears nothing reads the table. A failure here
 * harms nothing but the pace.
 */
export class Wake {
  readonly #config: ClientConfig;
  readonly #heard: (payload: string) => void;
  #subscriber: Subscriber | null = null;
  #timer: NodeJS.Timeout | null = null;
  #attempt = 0;
  #stopped = false;

  constructor(config: ClientConfig, heard: (payload: string) => void) {
    this.#config = config;
    this.#heard = heard;
  }

  start(): void {
    const subscriber = pgListen.default(this.#config, { parse: (payload) => payload, paranoidChecking: 30_000 });
    this.#subscriber = subscriber;
    subscriber.notifications.on(CHANNEL, (payload) => this.#heard(String(payload ?? '')));
    subscriber.events.on('error', () => this.#again(subscriber));
    subscriber.events.on('connected', () => {
      this.#attempt = 0;
      // It may have been on its way back when it was closed.
      if (this.#stopped) void subscriber.close().catch(() => undefined);
    });
    subscriber
      .connect()
      .then(() => subscriber.listenTo(CHANNEL))
      .catch(() => this.#again(subscriber));
  }

  /** Ends listening, for good. Never fails. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#subscriber?.close().catch(() => undefined);
  }

  #again(subscriber: Subscriber): void {
    if (this.#stopped || this.#subscriber !== subscriber) return;
    this.#subscriber = null;
    subscriber.close().catch(() => undefined);
    this.#timer = setTimeout(() => this.start(), reconnectDelay(this.#attempt));
    this.#attempt += 1;
  }
}
