import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRun, JournalFeed, listRuns } from '../../src/client/index.ts';
import { replay } from '../../src/run/index.ts';
import { parseJournal } from '../../src/run/journal-text.ts';
import { runningStory } from '../support/ui-events.ts';
import { FakeEngine, runDirectory } from './fake-engine.ts';

const { events } = runningStory();
const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');

const journal = (dir: string, content: string) => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'journal.jsonl'), content);
};

test('a torn last line is tolerated, wherever it is torn', () => {
  const last = JSON.stringify(events.at(-1));
  const before = events.slice(0, -1);
  const start = before.map((event) => `${JSON.stringify(event)}\n`).join('');
  for (let length = 0; length < last.length; length += 7)
    expect(parseJournal(start + last.slice(0, length))).toEqual({ events: before, problem: null });
  expect(parseJournal(start + last)).toEqual({ events, problem: null });
  expect(parseJournal('')).toEqual({ events: [], problem: null });
});

test('a line in the middle that is no event ends what is read, and is said', () => {
  const lines = text.split('\n');
  lines[4] = 'rubbish';
  const { events: read, problem } = parseJournal(lines.join('\n'));
  expect(read).toEqual(events.slice(0, 4));
  expect(problem).toMatch(/line 5/);
  const missing = text.split('\n').filter((_line, at) => at !== 6);
  expect(parseJournal(missing.join('\n'))).toMatchObject({ problem: expect.stringMatching(/event 7/) });
});

test('a run that has ended is shown from its journal, and takes no commands', async () => {
  const dir = runDirectory();
  journal(dir, text);
  const feed = new JournalFeed(dir);
  expect(feed.view().state).toEqual(replay(events));
  expect(feed.view().link).toMatchObject({ status: 'ended', why: expect.stringMatching(/without finishing/) });
  expect(await feed.send()).toMatchObject({ ok: false });
});

test('runs are listed newest first, whatever lies around, and found by their beginnings', async () => {
  const dir = runDirectory();
  journal(join(dir, '20261123-190000-aaaa'), text);
  journal(join(dir, '20261123-200000-bbbb'), `${text}{"seq`);
  journal(join(dir, '20261124-080000-cccc'), 'rubbish\n');
  mkdirSync(join(dir, '20261124-090000-dddd'));
  mkdirSync(join(dir, 'something-else'));
  writeFileSync(join(dir, 'notes.txt'), '');
  const runs = await listRuns(dir);
  expect(runs.map(({ run, state, alive }) => [run.slice(-4), state?.seq ?? null, alive])).toEqual([
    ['dddd', null, false],
    ['cccc', null, false],
    ['bbbb', events.length, false],
    ['aaaa', events.length, false],
  ]);
  expect(runs[1]?.problem).toMatch(/line 1/);
  expect(await findRun(dir, null)).toMatchObject({ found: { run: '20261124-090000-dddd' } });
  expect(await findRun(dir, '20261123-19')).toMatchObject({ found: { run: '20261123-190000-aaaa' } });
  expect(await findRun(dir, '20261123')).toMatchObject({ ambiguous: [{}, {}] });
  expect(await findRun(dir, '2027')).toEqual({ none: true });
  expect(await listRuns(join(dir, 'nowhere'))).toEqual([]);
});

test('an engine lives when its process and its socket do', async () => {
  const dir = runDirectory();
  const run = join(dir, '20261123-190000-aaaa');
  mkdirSync(run);
  const alive = async () => (await listRuns(dir))[0]?.alive;
  const engine = await new FakeEngine(run).start();
  expect(await alive()).toBe(true);
  writeFileSync(join(run, 'engine.pid'), `${2 ** 22 + 1}`);
  expect(await alive()).toBe(false);
  writeFileSync(join(run, 'engine.pid'), `${process.pid}`);
  await engine.stop();
  expect(await alive()).toBe(false);
});
