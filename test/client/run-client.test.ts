import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RunClient } from '../../src/client/index.ts';
import { type RunEvent, replay } from '../../src/run/index.ts';
import { poll } from '../support/poll.ts';
import { runningStory, START, sample } from '../support/ui-events.ts';
import { FakeEngine, runDirectory } from './fake-engine.ts';

const story = (): RunEvent[] => runningStory().events;

const finished = (events: RunEvent[]): RunEvent =>
  ({
    seq: events.length + 1,
    at: new Date(START).toISOString(),
    run: '0193a7c2',
    type: 'run.finished',
    status: 0,
    reason: 'done',
    leftToDo: [],
  }) as RunEvent;

const follow = (dir: string): RunClient => {
  const client = new RunClient({ dir, role: 'operator', name: 'anna@bastion' });
  onTestFinished(() => client.vanish());
  return client;
};

const until = (client: RunClient, seq: number) => poll(() => client.view().state?.seq === seq);

/** A process number that nobody has. */
const NOBODY = 2 ** 22 + 1;

test('says hello, and has the state that the events make', async () => {
  const engine = new FakeEngine();
  engine.events = story();
  await engine.start();
  const client = follow(engine.dir);
  expect(client.view()).toMatchObject({ state: null, events: [], link: { status: 'lost' } });
  await until(client, engine.events.length);
  expect(client.view().state).toEqual(replay(engine.events));
  expect(client.view().events).toEqual(engine.events);
  expect(client.view().link.status).toBe('connected');
  expect(engine.hellos).toEqual([{ type: 'hello', role: 'operator', name: 'anna@bastion', after: 0 }]);
});

test('many events in one chunk are one notification, and the view is the same object until the next', async () => {
  const engine = await new FakeEngine().start();
  const client = follow(engine.dir);
  await poll(() => client.view().link.status === 'connected');
  let calls = 0;
  client.subscribe(() => {
    calls += 1;
  });
  engine.events = story().slice(0, 20);
  engine.sendEvents(0);
  await until(client, 20);
  // A chunk ends where the socket's buffer does.
  expect(calls).toBeLessThanOrEqual(4);
  expect(client.view()).toBe(client.view());
  expect(client.view().events).toBe(client.view().events);
});

test('lines cut anywhere, also inside a character', async () => {
  const engine = await new FakeEngine().start();
  const client = follow(engine.dir);
  await engine.connected();
  const [first] = story();
  const event = { ...first, operator: 'zoë 🗄️@bastion' };
  const bytes = Buffer.from(`${JSON.stringify({ type: 'event', event })}\n`);
  const cut = bytes.indexOf(Buffer.from('🗄️')) + 2;
  for (const part of [bytes.subarray(0, 7), bytes.subarray(7, cut), bytes.subarray(cut)]) {
    engine.raw(part);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await until(client, 1);
  expect(client.view().state?.operator).toBe('zoë 🗄️@bastion');
});

test.each([
  'not json',
  '{"type":"event"}',
  '{"type":"event","event":null}',
  'null',
  '[]',
  '{"type":"event","event":{"seq":6,"type":"verify.finished"}}',
])('the line %s harms nothing: what follows is read, if need be again', async (line) => {
  const engine = new FakeEngine();
  engine.events = story();
  engine.onHello = (hello) => {
    if (hello.after === 0) {
      engine.sendEvents(0, engine.events.slice(0, 5));
      engine.raw(`${line}\n`);
      engine.sendEvents(5);
    } else engine.sendEvents(hello.after);
  };
  await engine.start();
  const client = follow(engine.dir);
  await until(client, engine.events.length);
  expect(client.view().events).toEqual(engine.events);
});

test('after a cut it goes on from where it was, and nothing comes twice', async () => {
  const engine = new FakeEngine();
  const events = story();
  engine.events = events.slice(0, 10);
  await engine.start();
  const client = follow(engine.dir);
  await until(client, 10);
  engine.events = events;
  engine.cut();
  await until(client, events.length);
  expect(engine.hellos.map((hello) => hello.after)).toEqual([0, 10]);
  // Sent again from the start, as an engine might that counts otherwise.
  engine.sendEvents(0);
  engine.raw(`${JSON.stringify({ type: 'sample', sample: sample(START) })}\n`);
  await poll(() => client.view().sample !== null);
  expect(client.view().events).toEqual(events);
});

test('a gap is read again', async () => {
  const engine = new FakeEngine();
  engine.events = story();
  engine.onHello = (hello) => {
    const skip = hello.after === 0 ? [7] : [];
    engine.sendEvents(
      hello.after,
      engine.events.filter((event) => !skip.includes(event.seq)),
    );
  };
  await engine.start();
  const client = follow(engine.dir);
  await until(client, engine.events.length);
  expect(engine.hellos.map((hello) => hello.after)).toEqual([0, 6]);
});

test('while it is lost it says so and since when, and connects again by itself', async () => {
  const engine = await new FakeEngine().start();
  const client = follow(engine.dir);
  await poll(() => client.view().link.status === 'connected');
  await engine.stop();
  await poll(() => client.view().link.status === 'lost');
  const { since, why } = client.view().link;
  expect(why).toMatch(/\S/);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(client.view().link.since).toBe(since);
  expect(await client.send({ type: 'pause' })).toEqual({ ok: false, why: expect.stringMatching(/no connection/) });
  rmSync(join(engine.dir, 'control.sock'), { force: true });
  await engine.start();
  await poll(() => client.view().link.status === 'connected');
});

test('commands are answered by their numbers; one whose answer is lost is refused with a reason', async () => {
  const engine = await new FakeEngine().start();
  const held: number[] = [];
  engine.onCommand = ({ id, command }, socket) => {
    if (command.type === 'pause') held.push(id);
    else if (command.type === 'abort') socket.destroy();
    else {
      engine.send(socket, { type: 'reply', id, ok: true, why: command.type });
      for (const before of held) engine.send(socket, { type: 'reply', id: before, ok: false, why: 'later' });
    }
  };
  const client = follow(engine.dir);
  await poll(() => client.view().link.status === 'connected');
  const first = client.send({ type: 'pause' });
  const second = client.send({ type: 'continue' });
  expect(await second).toEqual({ ok: true, why: 'continue' });
  expect(await first).toEqual({ ok: false, why: 'later' });
  expect(await client.send({ type: 'abort' })).toEqual({ ok: false, why: expect.stringMatching(/lost before/) });
});

test('goodbye is said, and the link ends', async () => {
  const engine = await new FakeEngine().start();
  const client = follow(engine.dir);
  await poll(() => client.view().link.status === 'connected');
  await client.goodbye();
  await client.closed;
  expect(client.view().link).toMatchObject({ status: 'ended', why: null });
  await poll(() => engine.received.at(-1)?.type === 'goodbye');
  await client.goodbye();
  expect(await client.send({ type: 'pause' })).toMatchObject({ ok: false });
});

test('a finished run ends the link without complaint', async () => {
  const engine = new FakeEngine();
  engine.events = story();
  engine.events.push(finished(engine.events));
  await engine.start();
  const client = follow(engine.dir);
  await until(client, engine.events.length);
  engine.cut();
  await client.closed;
  expect(client.view().link).toMatchObject({ status: 'ended', why: null });
});

test('an engine that died ends the link, with what its journal has more', async () => {
  const engine = new FakeEngine();
  const events = story();
  engine.events = events.slice(0, 10);
  await engine.start();
  const client = follow(engine.dir);
  await until(client, 10);
  const torn = '{"seq":99,"at":"20';
  writeFileSync(join(engine.dir, 'journal.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join('') + torn);
  writeFileSync(join(engine.dir, 'engine.pid'), `${NOBODY}\n`);
  engine.cut();
  await client.closed;
  expect(client.view().state).toEqual(replay(events));
  expect(client.view().link).toMatchObject({ status: 'ended', why: expect.stringMatching(/without finishing/) });
});

test('a directory with a path too long for a socket', async () => {
  const deep = join('a'.repeat(80), 'b'.repeat(80));
  const engine = new FakeEngine(runDirectory(deep));
  mkdirSync(engine.dir, { recursive: true });
  engine.events = story();
  await engine.start();
  const client = follow(engine.dir);
  await until(client, engine.events.length);
  expect(client.view().link.status).toBe('connected');
});

test('10,000 events are followed, and a listener that is slow holds nobody up', async () => {
  const engine = new FakeEngine();
  const events = story();
  while (events.length < 10_000)
    events.push({
      seq: events.length + 1,
      at: new Date(START).toISOString(),
      run: '0193a7c2',
      type: 'metrics.summarised',
      from: '',
      to: '',
      samples: 10,
      metrics: {},
    });
  engine.events = events;
  await engine.start();
  const client = follow(engine.dir);
  let calls = 0;
  client.subscribe(() => {
    calls += 1;
    const end = performance.now() + 5;
    while (performance.now() < end);
  });
  await until(client, 10_000);
  expect(calls).toBeLessThan(500);
});
