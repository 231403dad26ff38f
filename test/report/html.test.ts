import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { escaped, html } from '../../src/report/html/html.ts';
import { renderHtml } from '../../src/report/html/page.ts';
import { makeReport } from '../../src/report/index.ts';
import type { RunEvent } from '../../src/run/index.ts';
import { runningStory, Story } from '../support/ui-events.ts';
import { eventfulStory } from './stories.ts';

const pageOf = async (events: readonly RunEvent[]): Promise<string> => {
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) throw new Error('no events');
  return await renderHtml(report);
};

test('values are escaped, HTML is not escaped again', () => {
  expect(html`<b>${'<i>'}</b>${[html`<i>${1}</i>`, '"&\'']}${null}`.text).toBe(
    '<b>&lt;i&gt;</b><i>1</i>&quot;&amp;&#39;',
  );
  expect(escaped('a\u001b[31mb\u0000\u202ec')).toBe('abc');
});

test('one file that needs nothing else, and lets nothing in', async () => {
  const page = await pageOf(eventfulStory().events);
  const withoutNamespaces = page.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, '');
  expect(withoutNamespaces).not.toMatch(/https?:\/\//);
  expect(page).not.toMatch(/<script|<iframe|<link|<img|<object|<embed|<form|\son\w+=|\sstyle=|javascript:|url\(/i);
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page).toContain(
    `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(page.match(/<style/g)).toHaveLength(1);
  expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('the same bytes each time, also when two are made at once', async () => {
  const { events } = eventfulStory();
  const [one, two] = await Promise.all([pageOf(events), pageOf(events)]);
  expect(two).toBe(one);
  expect(await pageOf(events)).toBe(one);
});

test('elements are closed in the order in which they were opened', async () => {
  const open: string[] = [];
  const empty = new Set(['meta', 'br']);
  const page = await pageOf(eventfulStory().events);
  for (const [, closing, name = '', selfClosed] of page.matchAll(
    /<(\/?)([a-zA-Z0-9]+)(?:\s(?:"[^"]*"|[^">])*?)?(\/?)>/g,
  )) {
    if (closing === '/') expect(name).toBe(open.pop());
    else if (selfClosed !== '/' && !empty.has(name)) open.push(name);
  }
  expect(open).toEqual([]);
});

test('the timeline has a bar for each build, the wait is marked, and the pause is behind them', async () => {
  const page = await pageOf(eventfulStory().events);
  expect(page).toMatch(/<title>idx_dishes_course: building index: scanning table, /);
  expect(page).toMatch(/fill="var\(--wait\)"[^>]*><title>idx_ingredient_group_items_order: waiting for old snapshots/);
  expect(page).toMatch(/fill="var\(--pause\)"[^>]*><title>paused \(gate\) by gate active: /);
  expect(page).toMatch(/<title>pause 60<\/title>/);
  expect(page.match(/class="chart wide"/g)).toHaveLength(page.match(/class="chart narrow"/g)?.length ?? 0);
});

test('of every moment of a run', async () => {
  const story = eventfulStory();
  for (let n = 1; n <= story.events.length; n += 9)
    expect(await pageOf(story.events.slice(0, n))).toMatch(/<\/html>\n$/);
  expect(await pageOf(new Story().start().events)).toMatch(/UNFINISHED/);
  expect(await pageOf(runningStory().events)).not.toMatch(/NaN|undefined|Infinity/);
}, 60_000);

test('what was expected of each index stands beside what came, with what did not come into its range marked', async () => {
  const { events } = runningStory();
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) throw new Error('no events');
  const range = { low: 1024 * 1024, mid: 1.5 * 1024 * 1024, high: 2 * 1024 * 1024 };
  const ms = { low: 40_000, mid: 60_000, high: 90_000 };
  const row = { step: 1, by: 'sample' as const, bytesFactor: 1.2, msFactor: 4, elsewhereMs: null, why: null };
  const some = { compared: 1, medianFactor: 1.2, withinRange: 1, farOff: 0 };
  const page = await renderHtml({
    ...report,
    estimates: {
      indexes: [
        { ...row, name: 'one', estimatedBytes: range, bytes: 1_800_000, estimatedMs: ms, workedMs: 240_000 },
        {
          ...row,
          name: 'two',
          estimatedBytes: null,
          bytes: null,
          estimatedMs: null,
          workedMs: null,
          why: 'no <right>',
        },
      ],
      sizes: some,
      times: { ...some, withinRange: 0, farOff: 1 },
    },
  });
  expect(page).toContain('<h2>Estimates</h2>');
  expect(page).toContain('Times, without waits: 0 of 1 within the range');
  expect(page).toMatch(
    /<code>one<\/code><\/td><td class="n">1-2 MB<\/td><td class="n ">1\.7 MB<\/td>.*<td class="n">40-90 s<\/td><td class="n warn">00:04:00<\/td>/,
  );
  expect(page).toMatch(
    /<code>two<\/code><br><span class="faint">no &lt;right&gt;<\/span><\/td><td class="n warn">unknown/,
  );
  expect(page).not.toContain('by the other run');
  expect(await pageOf(events)).not.toContain('<h2>Estimates</h2>');
});
