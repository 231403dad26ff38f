import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { ClientMessage, EngineMessage, RunEvent } from '../../src/run/index.ts';
import { poll } from '../support/poll.ts';

/** A run's directory of one test's own, as deep as it wants. */
export const runDirectory = (under = ''): string => {
  const top = mkdtempSync(join(tmpdir(), 'indexdeck-client-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const dir = join(top, under);
  mkdirSync(dir, { recursive: true });
  return dir;
};

type Hello = Extract<ClientMessage, { type: 'hello' }>;

/** Speaks the protocol as badly as a test wants. */
export class FakeEngine {
  readonly dir: string;
  /** What comes after each hello, by default the events that were asked for. */
  onHello: (hello: Hello, socket: Socket) => void = (hello) => this.sendEvents(hello.after);
  /** What comes after each command. */
  onCommand: (message: Extract<ClientMessage, { type: 'command' }>, socket: Socket) => void = (message, socket) =>
    this.send(socket, { type: 'reply', id: message.id, ok: true, why: 'done' });
  events: RunEvent[] = [];
  readonly received: ClientMessage[] = [];
  readonly sockets = new Set<Socket>();
  #server: Server | null = null;

  constructor(dir = runDirectory()) {
    this.dir = dir;
    onTestFinished(() => this.stop());
  }

  get hellos(): Hello[] {
    return this.received.filter((message) => message.type === 'hello');
  }

  async start(pid = process.pid): Promise<this> {
    writeFileSync(join(this.dir, 'engine.pid'), `${pid}\n`);
    const server = createServer((socket) => this.#accept(socket));
    // As the engine does: by the bare name, from the directory itself.
    const before = process.cwd();
    process.chdir(this.dir);
    await new Promise<void>((resolve) => server.listen('control.sock', resolve));
    process.chdir(before);
    this.#server = server;
    return this;
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    createInterface({ input: socket }).on('line', (line) => {
      const message = JSON.parse(line) as ClientMessage;
      this.received.push(message);
      if (message.type === 'command') this.onCommand(message, socket);
      if (message.type !== 'hello') return;
      this.send(socket, { type: 'welcome', client: 'c1', run: 'r', seq: 0 });
      this.onHello(message, socket);
    });
  }

  send(socket: Socket, message: EngineMessage): void {
    socket.write(`${JSON.stringify(message)}\n`);
  }

  /** To all clients: text as it is. */
  raw(text: string | Buffer): void {
    for (const socket of this.sockets) socket.write(text);
  }

  sendEvents(after: number, events = this.events): void {
    this.raw(
      events
        .slice(after)
        .map((event) => `${JSON.stringify({ type: 'event', event })}\n`)
        .join(''),
    );
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    this.cut();
    await closed;
  }

  async connected(): Promise<void> {
    await poll(() => this.hellos.length > 0);
  }
}
