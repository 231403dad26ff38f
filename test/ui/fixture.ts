/**
 * The screen by itself, on a made-up run, to be looked at. Compile it together with src, then: node .../fixture.js SCENE
 * [observer]. Commands are answered as an engine might; samples come once a second.
 */

import type { Command } from '../../src/run/index.ts';
import { startScreen } from '../../src/ui/start.tsx';
import {
  BLOCKING,
  build,
  FINDINGS,
  FixtureFeed,
  runningStory,
  Story,
  sample,
  waitingBuild,
} from '../support/ui-events.ts';

const SCENES: Record<string, () => Story> = {
  preflight: () => new Story().start(),
  ready: () => new Story().start().preflight(),
  production: () =>
    new Story().start({ environment: 'production' }).preflight(FINDINGS, [
      { step: 3, tableOid: 1, found: { kind: 'invalid', oid: 991, definition: '', ready: true } },
      { step: 5, tableOid: 1, found: { kind: 'invalid', oid: 992, definition: '', ready: false } },
    ]),
  blocked: () => new Story().start().preflight([...FINDINGS, BLOCKING]),
  running: () => runningStory({ environment: 'production' }),
  failed: () =>
    runningStory()
      .failed(16)
      .add({
        type: 'run.paused',
        cause: 'error',
        gate: null,
        by: 'engine',
        reason: 'idx_ingredient_groups_dish failed for good',
      })
      .add({
        type: 'run.paused',
        cause: 'gate',
        gate: 'lock-waiters',
        by: 'gate lock-waiters',
        reason: '14 sessions wait for locks (pause over 10)',
      }),
  aborting: () => runningStory().add({ type: 'abort.started', by: 'anna@bastion', reason: 'the shop is slow' }, 2000),
  finished: () => {
    const story = runningStory().built(15).failed(16);
    for (let step = 17; step < 34; step++) story.begin(step).built(step, 1500);
    return story.add({ type: 'verify.finished', ok: false, results: [] }).add({
      type: 'run.finished',
      status: 1,
      reason: 'one index failed',
      leftToDo: ['Remove the duplicates in ingredient_groups, then run the plan again.'],
    });
  },
};

const [scene = 'running', role = 'operator'] = process.argv.slice(2);
const story = (SCENES[scene] ?? SCENES.running)?.() ?? new Story().start();
const shift = Date.now() - story.at - 2000;
const clock = (): number => Date.now() - shift;
const feed = new FixtureFeed(story, scene === 'preflight' ? null : sample(clock()));

const answer = (command: Command): void => {
  story.at = clock();
  story.add({ type: 'command.received', command, by: 'anna@bastion' });
  if (command.type === 'pause')
    story.add({ type: 'run.paused', cause: 'operator', gate: null, by: 'anna@bastion', reason: 'ordered' });
  if (command.type === 'continue')
    story.add({ type: 'run.continued', cause: 'operator', gate: null, by: 'anna@bastion' });
  if (command.type === 'abort') story.add({ type: 'abort.started', by: 'anna@bastion', reason: 'ordered' });
  if (command.type === 'go') story.go();
  if (command.type === 'set-jobs')
    story.add({ type: 'jobs.changed', from: feed.view().state?.jobs ?? 1, to: command.jobs, by: 'anna@bastion' });
  feed.set({ story });
};
feed.reply = (command) => {
  if (command.type === 'retry') return { ok: false, why: 'its table is being built on right now' };
  setTimeout(answer, 150, command);
  return { ok: true, why: '' };
};

let second = 0;
const timer = setInterval(() => {
  second += 1;
  const waiting = { ...waitingBuild(), phaseS: 192 + second, stalledS: 192 + second };
  const builds =
    feed.view().state?.phase === 'finished' ? [] : [waiting, build({ percent: Math.min(100, 60 + second / 3) })];
  feed.set({
    sample: sample(
      clock(),
      { builds },
      {
        lockWaiters: Math.round(3 + 3 * Math.sin(second / 7)),
        active: 12 + (second % 5),
        commitsPerS: 220 + (second % 9),
      },
    ),
  });
}, 1000);

const exit = await startScreen({
  feed,
  role: role === 'observer' ? 'observer' : 'operator',
  stdin: process.stdin,
  stdout: process.stdout,
  env: process.env,
  clock,
});
clearInterval(timer);
process.stdout.write(`left: ${exit.how}\n`);
