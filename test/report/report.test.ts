import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html/page.ts';
import { jsonSchema, makeReport, type Report, renderMarkdown, reportSchema } from '../../src/report/index.ts';
import type { EventBody, RunEvent } from '../../src/run/index.ts';
import { History } from '../run/simulation/history.ts';
import { expected, runningStory, Story } from '../support/ui-events.ts';
import { eventfulStory, prefixes } from './stories.ts';

const reportOf = (events: readonly RunEvent[]): Report => {
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) throw new Error('no events');
  return report;
};

const checkOf = (report: Report, code: string) => report.checks.find((check) => check.code === code)?.result;

test('docs/report.schema.json is the schema: node scripts/write-report-schema.ts writes it', () => {
  const published = readFileSync(new URL('../../docs/report.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(jsonSchema())));
});

test('without events there is no report', () => {
  expect(makeReport([], { keepLiterals: false })).toBeNull();
});

test('whatever happens to a run, there is a report of it as published, at every moment, and always the same', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const history = new History(seed);
    history.run();
    for (const events of prefixes(history.journal)) {
      const report = reportOf(events);
      expect(reportSchema.safeParse(report).error, `seed ${seed}, event ${events.length}`).toBeUndefined();
      expect(renderMarkdown(report)).toBe(renderMarkdown(reportOf(JSON.parse(JSON.stringify(events)))));
    }
  }
}, 60_000);

test('what was expected is compared with what came, waits left out', () => {
  const report = reportOf(runningStory({}, expected()).events);
  const { estimates, indexes } = report;
  if (estimates === null) throw new Error('no estimates');
  const built = indexes.filter(({ outcome }) => outcome === 'built');
  expect(estimates.indexes).toHaveLength(34);
  expect(estimates.times.compared).toBe(built.length);
  for (const { step, name } of built) {
    const row = estimates.indexes.find((each) => each.step === step);
    const worked = indexes.find((each) => each.step === step)?.workedMs ?? 0;
    expect(row).toMatchObject({ name, workedMs: worked });
    expect(row?.msFactor).toBeCloseTo(Math.max(60_000 / worked, worked / 60_000), 1);
  }
  const text = renderMarkdown(report);
  expect(text).toContain('### Estimates');
  expect(text).toMatch(
    /- Times, without waits: \d+ of 15 within the range, half of them off by [\d.]+ times or less, \d+ by more than 3/,
  );
  expect(reportOf(runningStory().events).estimates).toBeNull();
});

test('what it counts is what the events say', () => {
  for (let seed = 100; seed <= 400; seed++) {
    const history = new History(seed);
    history.run();
    const report = reportOf(history.journal);
    const { indexes, sections, builds, exitStatus } = report;
    const of = (type: RunEvent['type']) => history.journal.filter((event) => event.type === type);
    // Taken up again after its end, or while it is rolled back, a run has none until it ends again.
    const last = history.journal.findLast(({ type }) => type === 'run.finished' || type === 'run.resumed');
    expect(exitStatus).toBe(last?.type === 'run.finished' ? last.status : null);
    expect(builds.filter(({ work }) => work === 'build')).toHaveLength(of('build.started').length);
    expect(builds.filter(({ work }) => work === 'drop')).toHaveLength(of('drop.started').length);
    expect(sections.flatMap((section) => [section.planned]).reduce((a, b) => a + b, 0)).toBe(indexes.length);
    for (const { planned, built, equal, failed, skipped, dropped, open } of sections)
      expect(built + equal + failed + skipped + dropped + open).toBe(planned);
    expect(report.pauses.every(({ from, to }) => to === null || to >= from)).toBe(true);
    // Nothing is ticked that was not looked at.
    if (of('verify.finished').length === 0) expect(checkOf(report, 'indexes')).not.toBe('ok');
    if (exitStatus === 0 && report.rollback === null) expect(checkOf(report, 'indexes')).toBe('ok');
    if (exitStatus === 5) expect(checkOf(report, 'leftovers')).toBe('failed');
  }
}, 60_000);

const finished = (status: 0 | 1 | 3 | 4 | 5): EventBody => ({
  type: 'run.finished',
  status,
  reason: 'so',
  leftToDo: [],
});

test('a run in four words', () => {
  const words = ([0, 1, 3, 4, 5] as const).map((status) => reportOf(runningStory().add(finished(status)).events));
  expect(words.map((report) => report.status)).toEqual(['complete', 'failed', 'failed', 'aborted', 'failed']);
  expect(words.map((report) => report.message.split('\n')[0])).toEqual([
    expect.stringMatching(/^INDEXES DEPLOYED on menuca at prod-db1, after .*, not verified\.$/),
    expect.stringMatching(/^INDEXES DEPLOYED IN PART on /),
    expect.stringMatching(/^INDEX DEPLOYMENT NOT RESUMED on /),
    expect.stringMatching(/^INDEX DEPLOYMENT ABORTED on /),
    expect.stringMatching(/^INDEXES DEPLOYED IN PART on /),
  ]);
  expect(reportOf(runningStory().events)).toMatchObject({ status: 'unfinished', exitStatus: null, finishedAt: null });
});

test('no green tick without a check', () => {
  const report = reportOf(new Story().start().preflight().go().add(finished(0)).events);
  const results = Object.fromEntries(report.checks.map(({ code, result }) => [code, result]));
  expect(results).toEqual({
    indexes: 'unknown',
    sizes: 'unknown',
    performance: 'unknown',
    validations: 'unknown',
    impact: 'unknown',
    errors: 'ok',
    leftovers: 'ok',
    script: 'unknown',
    backup: 'unknown',
  });
  expect(renderMarkdown(report)).not.toMatch(/- \[x\] (?!no error|nothing half-built)/);
});

test('an index of size 0 is a failed check, one without a size an unknown one', () => {
  const verified = (bytes: number | null) =>
    reportOf(
      runningStory().add({
        type: 'verify.finished',
        ok: true,
        results: [{ step: 0, ok: true, problems: [], oid: 1, bytes }],
      }).events,
    );
  expect([0, null, 8192].map((bytes) => checkOf(verified(bytes), 'sizes'))).toEqual(['failed', 'unknown', 'ok']);
});

test('no secret and no value of a row is in it, unless values are to be kept', async () => {
  const { events } = eventfulStory();
  const report = reportOf(events);
  const kept = makeReport(events, { keepLiterals: true });
  for (const text of [JSON.stringify(report), renderMarkdown(report), await renderHtml(report)]) {
    expect(text).not.toMatch(/secret/);
    expect(text).not.toMatch(/\(pizza\)/);
  }
  expect(JSON.stringify(kept)).toMatch(/\(slug\)=\(pizza\)/);
  expect(JSON.stringify(kept)).not.toMatch(/secret/);
});

test('what others have written is no markup in Markdown, and stays on its line', () => {
  const text = renderMarkdown(reportOf(eventfulStory().events));
  expect(text).not.toContain('\u001b');
  const outsideMessage = text.slice(0, text.indexOf('```text'));
  expect(outsideMessage).not.toMatch(/(?<!\\)<script>/);
  expect(outsideMessage).not.toMatch(/(?<!\\)\| _a_/);
  for (const line of text.split('\n')) if (line.startsWith('|')) expect(line).toMatch(/\|$/);
});

test('the size of the database, before and after; unknown where it was not read', () => {
  const verified = (databaseBytes?: number | null) =>
    reportOf(
      runningStory().add({
        type: 'verify.finished',
        ok: true,
        results: [],
        ...(databaseBytes === undefined ? {} : { databaseBytes }),
      }).events,
    );
  const lines = (report: Report) => renderMarkdown(report).match(/^- Database size: .*$/gm);
  expect(verified(600_000_000).after?.databaseBytes).toBe(600_000_000);
  expect(lines(verified(600_000_000))).toEqual(['- Database size: 476.8 MB', '- Database size: 476.8 MB -> 572.2 MB']);
  for (const none of [null, undefined])
    expect(lines(verified(none))).toEqual(['- Database size: 476.8 MB', '- Database size: unknown']);
});
