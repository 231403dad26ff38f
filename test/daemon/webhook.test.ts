import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { payload, postMessage } from '../../src/daemon/webhook.ts';
import { makeReport } from '../../src/report/index.ts';
import { runningStory } from '../support/ui-events.ts';

const story = runningStory().add({ type: 'run.finished', status: 1, reason: 'a <!channel> & more', leftToDo: [] });
const report = makeReport(story.events, { keepLiterals: false });
if (report === null) throw new Error('a story without events');

interface Receiver {
  url: URL;
  bodies: { type: string | undefined; body: unknown }[];
}

/** A server that notes what is posted to it, and answers the nth time as the nth function does. */
const receiver = async (
  ...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]
): Promise<Receiver> => {
  const bodies: Receiver['bodies'] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const answer = answers[Math.min(bodies.length, answers.length - 1)];
    bodies.push({ type: request.headers['content-type'], body });
    answer?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/secret-path?token=secret`), bodies };
};

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(code, headers).end();
  };

test('Slack gets its own form, in which nobody is called; all others a plain one', () => {
  const slack = payload(new URL('https://hooks.slack.com/services/T/B/x'), report);
  expect(Object.keys(slack)).toEqual(['text']);
  expect(slack).toMatchObject({ text: expect.stringContaining('a &lt;!channel&gt; &amp; more') });
  expect(Object.keys(payload(new URL('https://chat.example/hooks/abc'), report))).toEqual(['text']);
  expect(payload(new URL('https://example.org/slack.com'), report)).toMatchObject({
    text: expect.stringContaining('a <!channel> & more'),
    run: '0193a7c2',
    status: 'failed',
    exitStatus: 1,
    database: 'menuca',
  });
});

test('it is posted as JSON', async () => {
  const { url, bodies } = await receiver(status(200));
  expect(await postMessage(url, report)).toBeNull();
  expect(bodies).toEqual([{ type: 'application/json', body: payload(url, report) }]);
});

test('a server in trouble is tried again, one that refuses is not', async () => {
  const trouble = await receiver(status(503), status(429), status(204));
  expect(await postMessage(trouble.url, report)).toBeNull();
  expect(trouble.bodies).toHaveLength(3);
  const refuses = await receiver(status(404));
  expect(await postMessage(refuses.url, report)).toBe('it answered with status 404');
  expect(refuses.bodies).toHaveLength(1);
});

test('one that never answers costs no more than the limit', async () => {
  const { url, bodies } = await receiver(() => undefined);
  expect(await postMessage(url, report, 300)).toBe('no answer in time');
  expect(bodies).toHaveLength(1);
});

test('the URL is told to nobody: not by a redirect, and by no error', async () => {
  const other = await receiver(status(200));
  const { url } = await receiver(status(307, { location: other.url.href }));
  expect(await postMessage(url, report)).not.toMatch(/secret/);
  expect(other.bodies).toEqual([]);
  for (const bad of ['http://127.0.0.1:1/secret', 'http://nowhere.invalid/secret', 'http://anna:secret@127.0.0.1:1/']) {
    const problem = await postMessage(new URL(bad), report, 2_000);
    expect(problem).toMatch(/\w/);
    expect(problem).not.toMatch(/secret/);
  }
});
