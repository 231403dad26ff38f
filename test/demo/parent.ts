/**
 * Starts a demo and waits, as a program that uses one does. It says the demo's URL, then answers "ping" on standard
 * input with what the database says. With the argument "stays", SIGINT does not end it.
 */
import { createInterface } from 'node:readline';
import pg from 'pg';
import { startDemo } from '../../src/demo/start.ts';

if (process.argv[2] === 'stays') process.on('SIGINT', () => undefined);
const demo = await startDemo({ scale: 0.01 });
process.stdout.write(`${demo.url}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'ping') continue;
  const client = new pg.Client({ connectionString: demo.url });
  await client.connect();
  const { rows } = await client.query<{ answer: string }>("SELECT 'pong' AS answer");
  await client.end();
  process.stdout.write(`${rows[0]?.answer}\n`);
}
await demo.stop();
