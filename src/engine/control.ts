import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Actor, ClientMessage, Command, EngineMessage, OrderSource, RunEvent, Sample } from '../run/index.ts';
import { LineSplitter } from '../run/lines.ts';
import { command } from './command-schema.ts';

export const SOCKET_FILE = 'control.sock';

/** A client that has this many bytes waiting is not sent more until it has read them. */
const SLOW_CLIENT_BYTES = 256 * 1024;
const LONGEST_LINE = 64 * 1024;

const message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    role: z.enum(['operator', 'observer', 'caller']),
    name: z.string().max(200),
    after: z.int().min(0),
  }),
  z.object({ type: z.literal('command'), id: z.int(), command }),
  z.object({ type: z.literal('goodbye') }),
]);

/** What the control socket needs of the engine. */
export interface ControlHost {
  run: string;
  events(): readonly RunEvent[];
  command(command: Command, by: Actor, from: OrderSource): { ok: boolean; why: string };
  joined(client: string, role: 'operator' | 'observer', name: Actor): void;
  left(client: string, vanished: boolean): void;
}

interface Client {
  id: string;
  socket: Socket;
  hello: Extract<ClientMessage, { type: 'hello' }> | null;
  /** seq of the last event that was sent. */
  sent: number;
  sample: Sample | null;
  /** The time of a look that it was not told of yet. */
  looked: string | null;
  goodbye: boolean;
}

/**
 * The socket that every screen is a client of. Events are taken from the engine's list at each client's own pace: one
 * that reads slowly misses samples, never events, and never makes the engine wait.
 */
export class ControlSocket {
  readonly #host: ControlHost;
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  #count = 0;
  #latest: Sample | null = null;
  #looked: string | null = null;

  constructor(host: ControlHost) {
    this.#host = host;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Listens in `dir`, which must be the working directory: a socket's path may have only some 100 bytes. */
  async listen(dir: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(SOCKET_FILE, () => resolve());
    });
    chmodSync(join(dir, SOCKET_FILE), 0o600);
  }

  /** There are new events. */
  eventsAdded(): void {
    for (const client of this.#clients) this.#feed(client);
  }

  looked(at: string): void {
    this.#looked = at;
    for (const client of this.#clients) {
      client.looked = at;
      this.#feed(client);
    }
  }

  sampleTaken(sample: Sample): void {
    this.#latest = sample;
    for (const client of this.#clients) {
      client.sample = sample;
      this.#feed(client);
    }
  }

  /** Gives the clients `withinMs` to read what is left, then ends. */
  async close(dir: string, withinMs: number): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const client of this.#clients) this.#endWhenRead(client);
    const timer = setTimeout(() => {
      for (const client of this.#clients) client.socket.destroy();
    }, withinMs);
    await ended;
    clearTimeout(timer);
    rmSync(join(dir, SOCKET_FILE), { force: true });
  }

  #endWhenRead(client: Client): void {
    const { socket } = client;
    const done = (): boolean => {
      if (client.hello !== null && client.sent < this.#host.events().length) return false;
      socket.end();
      return true;
    };
    if (!done()) socket.on('drain', done);
  }

  #accept(socket: Socket): void {
    this.#count += 1;
    const id = `c${this.#count}`;
    const client: Client = { id, socket, hello: null, sent: 0, sample: null, looked: null, goodbye: false };
    this.#clients.add(client);
    socket.on('drain', () => this.#feed(client));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#clients.delete(client);
      if (client.hello !== null && client.hello.role !== 'caller') this.#host.left(client.id, !client.goodbye);
    });
    const lines = new LineSplitter(LONGEST_LINE);
    socket.on('data', (chunk: Buffer) => {
      const messages = messagesOf(lines, chunk);
      // Whoever sends what is no message of the protocol is no client.
      if (messages === null) socket.destroy();
      else for (const each of messages) this.#take(client, each);
    });
  }

  #take(client: Client, data: z.infer<typeof message>): void {
    if (client.socket.destroyed) return;
    if (data.type === 'goodbye') client.goodbye = true;
    else if (data.type === 'hello') this.#greet(client, data);
    else if (client.hello !== null) {
      const { role, name } = client.hello;
      const answer =
        role === 'observer'
          ? { ok: false, why: 'an observer only watches' }
          : this.#host.command(data.command as Command, name, {
              client: role === 'operator' ? client.id : null,
              order: null,
            });
      this.#send(client, { type: 'reply', id: data.id, ...answer });
    }
  }

  #greet(client: Client, hello: Extract<ClientMessage, { type: 'hello' }>): void {
    if (client.hello !== null) return;
    client.hello = hello;
    client.sent = hello.after;
    client.sample = this.#latest;
    client.looked = this.#looked;
    this.#send(client, { type: 'welcome', client: client.id, run: this.#host.run, seq: this.#host.events().length });
    this.#feed(client);
    if (hello.role !== 'caller') this.#host.joined(client.id, hello.role, hello.name);
  }

  #feed(client: Client): void {
    if (client.hello === null) return;
    const events = this.#host.events();
    while (client.sent < events.length && client.socket.writableLength < SLOW_CLIENT_BYTES) {
      const event = events[client.sent];
      if (event === undefined) break;
      client.sent += 1;
      this.#send(client, { type: 'event', event });
    }
    if (client.sample !== null && client.sent >= events.length && client.socket.writableLength < SLOW_CLIENT_BYTES) {
      this.#send(client, { type: 'sample', sample: client.sample });
      client.sample = null;
    }
    if (client.looked !== null && client.sent >= events.length && client.socket.writableLength < SLOW_CLIENT_BYTES) {
      this.#send(client, { type: 'looked', at: client.looked });
      client.looked = null;
    }
  }

  #send(client: Client, what: EngineMessage): void {
    if (client.socket.writable) client.socket.write(`${JSON.stringify(what)}\n`);
  }
}

const messagesOf = (lines: LineSplitter, chunk: Buffer): z.infer<typeof message>[] | null => {
  try {
    return lines.push(chunk).map((line) => message.parse(JSON.parse(line)));
  } catch {
    return null;
  }
};
