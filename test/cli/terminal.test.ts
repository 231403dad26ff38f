import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { idleInTransaction } from '../support/locks.ts';
import { BUILT, indexes, place } from './place.ts';
import { indexdeck } from './program.ts';
import { open } from './terminal.ts';

/** What everybody else saw being asked, in order, by the journal of the only run. */
const asked = (journal: string): string[] => {
  const [run = ''] = readdirSync(journal);
  const lines = readFileSync(join(journal, run, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const events = lines.map((line) => JSON.parse(line) as { type: string; question?: string });
  return events.flatMap(({ type, question }) => (question === undefined ? [] : [`${type} ${question}`]));
};

const plainly = (args: string[]) => [...args.filter((arg) => arg !== '--yes'), '--ui', 'plain'];

describe('plain lines on a terminal', () => {
  test('asks before it builds; a no ends it, and nothing was changed', async () => {
    const { args, env, database } = await place();
    const terminal = open(plainly(args), env);
    await terminal.shows(/Build 3 indexes on .*\? \[y\/N\] $/);
    terminal.pty.write('\r');
    expect(await terminal.ended).toBe(4);
    expect(terminal.text().replace(/\s+/g, ' ')).toMatch(/the go was not given; nothing was changed/);
    expect(await indexes(database)).toEqual([]);
  });

  test('Ctrl-C at the question is a no', async () => {
    const { args, env } = await place();
    const terminal = open(plainly(args), env);
    await terminal.shows(/\[y\/N\] $/);
    terminal.pty.write('\u0003');
    expect(await terminal.ended).toBe(4);
  });

  test('a yes builds, and others saw that it was being asked', async () => {
    const { args, env, database, journal } = await place();
    const terminal = open(plainly(args), env);
    await terminal.shows(/\[y\/N\] $/);
    terminal.pty.write('y\r');
    expect(await terminal.ended).toBe(0);
    expect(asked(journal)).toEqual(['question.opened go', 'question.closed go']);
    expect(await indexes(database)).toEqual(BUILT);
  });

  test('production wants the name typed', async () => {
    const { args, env, database } = await place();
    const production = [...plainly(args), '--environment', 'production', '--no-backup', 'a test'];
    const refused = open(production, env);
    await refused.shows(/Type the database's name: $/);
    refused.pty.write('y\r');
    expect(await refused.ended).toBe(4);
    const terminal = open([...production, '--yes'], env);
    await terminal.shows(/Type the database's name: $/);
    terminal.pty.write(`${database.name}\r`);
    expect(await terminal.ended).toBe(0);
  });

  test('invalid leftovers are asked for by name', async () => {
    const { args, env, database } = await place();
    await database.sql('CREATE INDEX idx_dishes_course ON dishes (course)');
    await database.sql(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_dishes_course'::regclass`);
    const terminal = open(plainly(args), env);
    await terminal.shows(/Drop and rebuild what is invalid: idx_dishes_course\? \[y\/N\] $/);
    terminal.pty.write('y\r');
    await terminal.shows(/Build 3 indexes .*\[y\/N\] $/);
    terminal.pty.write('y\r');
    expect(await terminal.ended).toBe(0);
    expect(await indexes(database)).toEqual(BUILT);
  });

  test('the password is asked for, and not shown', async () => {
    const { args, env } = await place();
    const { PGPASSWORD = '', ...without } = env;
    const terminal = open(['check', args[1] ?? ''], { ...without, PGPASSFILE: '/nowhere' });
    await terminal.shows(/Password for user \w+ on .*: $/);
    terminal.pty.write(`${PGPASSWORD}x\u007f\r`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.text()).not.toContain(PGPASSWORD);
    expect(terminal.text()).toMatch(/Nothing blocks/);
  });

  test('Ctrl-C asks: stay, detach, abort', async () => {
    const { args, env, database, journal } = await place();
    const scene = await idleInTransaction(database);
    const terminal = open([...plainly(args), '--yes'], env);
    await terminal.shows(/waiting for old snapshots/);
    terminal.pty.write('\u0003');
    await terminal.shows(/or stay \(Enter\)\? $/);
    terminal.pty.write('\r');
    await terminal.shows(/or stay \(Enter\)\? [\r\n]+/);
    terminal.pty.write('\u0003');
    await terminal.shows(/or stay \(Enter\)\? [\s\S]*or stay \(Enter\)\? $/);
    terminal.pty.write('d\r');
    expect(await terminal.ended).toBe(5);
    expect(terminal.text()).toMatch(/detached: the run goes on; indexdeck attach \S+/);
    const attached = open(['attach', '--ui', 'plain', '--journal', journal], env);
    await attached.shows(/waiting for old snapshots/);
    attached.pty.write('\u0003');
    await attached.shows(/or stay \(Enter\)\? $/);
    attached.pty.write('a\r');
    expect(await attached.ended).toBe(4);
    await scene.release();
    const [run = ''] = readdirSync(journal);
    const text = readFileSync(join(journal, run, 'journal.jsonl'), 'utf8');
    expect(text).not.toMatch(/"vanished":true/);
  });
});

test('the full screen: a run to its end, left with q, its summary in the scrollback', async () => {
  const { args, env, database } = await place();
  const terminal = open(args, env);
  await terminal.shows(/FINISHED|DONE|finished/);
  terminal.pty.write('q');
  expect(await terminal.ended).toBe(0);
  expect(await indexes(database)).toEqual(BUILT);
});

test('the full screen: declined before anything began', async () => {
  const { args, env, database } = await place();
  const terminal = open(
    args.filter((arg) => arg !== '--yes'),
    env,
  );
  await terminal.shows(/READY|ready/);
  terminal.pty.write('q');
  expect(await terminal.ended).toBe(4);
  expect(await indexes(database)).toEqual([]);
});

describe('the way back on a terminal', () => {
  test('in lines the name is typed; anything else is a no', async () => {
    const { args, env, database, journal } = await place();
    expect(await open([...args, '--ui', 'plain'], env).ended).toBe(0);
    const back = ['rollback', '--journal', journal, '--ui', 'plain'];
    const refused = open(back, env);
    await refused.shows(/Type the database's name, anything else is no: $/);
    refused.pty.write('y\r');
    expect(await refused.ended).toBe(4);
    expect(refused.text()).toMatch(
      /the rollback was not begun: aborted by .*: the rollback was not confirmed; nothing more/,
    );
    expect(await indexes(database)).toEqual(BUILT);
    // The run is what it was.
    const runs = await indexdeck(['runs', '--journal', journal], { env });
    expect(runs.stdout).toMatch(/finished, status 0 +3\/3 indexes/);
    const resume = await indexdeck(['resume', '--journal', journal, '--yes'], { env });
    expect(resume).toMatchObject({ status: 2, stderr: expect.stringMatching(/is done and verified/) });
    const terminal = open(back, env);
    await terminal.shows(/anything else is no: $/);
    terminal.pty.write(`${database.name}\r`);
    expect(await terminal.ended).toBe(0);
    expect(await indexes(database)).toEqual([]);
    const seen = ['question.opened rollback', 'question.closed rollback'];
    expect(asked(journal)).toEqual([...seen, ...seen]);
  });

  test('on the screen D, Enter and the name, on a run that has ended', async () => {
    const { args, env, database, journal } = await place();
    expect(await open([...args, '--ui', 'plain'], env).ended).toBe(0);
    const terminal = open(['rollback', '--journal', journal], env);
    await terminal.shows(/Drop 3 indexes/);
    terminal.pty.write('D');
    await terminal.shows(/Chosen: 3 indexes/);
    terminal.pty.write('\r');
    await terminal.shows(/type the name of the database/);
    terminal.pty.write('\r');
    await terminal.shows(/That is not the name: nothing was dropped/);
    terminal.pty.write(database.name);
    await terminal.shows(new RegExp(`> ${database.name}`));
    terminal.pty.write('\r');
    await terminal.shows(/ROLLED BACK/);
    terminal.pty.write('q');
    expect(await terminal.ended).toBe(0);
    expect(await indexes(database)).toEqual([]);
  });
});
