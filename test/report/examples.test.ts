import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html/page.ts';
import { logEntry, makeReport, type Report, reportSchema } from '../../src/report/index.ts';
import type { RunEvent } from '../../src/run/index.ts';
import { parseJournal } from '../../src/run/journal-text.ts';

const examples = fileURLToPath(new URL('../../docs/examples', import.meta.url));
const names = readdirSync(examples, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []));

const kept = (name: string, file: string): string => readFileSync(join(examples, name, file), 'utf8');

const eventsOf = (name: string): RunEvent[] => {
  const { events, problem } = parseJournal(kept(name, 'journal.jsonl'));
  expect(problem).toBeNull();
  return events;
};

const reportOf = (events: readonly RunEvent[]): Report => {
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) throw new Error('no events');
  return report;
};

const check = (report: Report, code: string) => report.checks.find((each) => each.code === code);

test('there are four', () => {
  expect(names).toEqual(['aborted', 'gate-pause', 'improved', 'not-used']);
});

describe.each(names)('%s', (name) => {
  test('log and page are what its journal says: node scripts/make-examples.ts makes them', async () => {
    const report = reportOf(eventsOf(name));
    expect(reportSchema.safeParse(report).error).toBeUndefined();
    expect(kept(name, 'EXECUTION_LOG.md')).toBe(logEntry(report));
    expect(kept(name, 'report.html')).toBe(await renderHtml(report));
  });

  test('there is a report of its every moment', () => {
    const events = eventsOf(name);
    for (let n = 1; n <= events.length; n += 7) {
      const report = reportOf(events.slice(0, n));
      expect(reportSchema.safeParse(report).error).toBeUndefined();
      expect(() => logEntry(report)).not.toThrow();
    }
  });

  test('it names no machine', () => {
    const text = kept(name, 'journal.jsonl');
    expect(text).not.toMatch(/\/tmp\/|\/root\/|\/work\//);
    if (hostname().length > 3) expect(text).not.toContain(hostname());
  });
});

test('improved: every probe at least ten times as fast, by a new index', () => {
  const report = reportOf(eventsOf('improved'));
  expect(report.status).toBe('complete');
  expect(report.probes.length).toBeGreaterThan(0);
  for (const { factor, newIndexes, ok } of report.probes) {
    expect(ok).toBe(true);
    expect(factor).toBeGreaterThanOrEqual(10);
    expect(newIndexes).not.toEqual([]);
  }
  expect(check(report, 'performance')?.result).toBe('ok');
});

test('not used: the run fails, with the reason', () => {
  const report = reportOf(eventsOf('not-used'));
  expect(report).toMatchObject({ status: 'failed', exitStatus: 1 });
  const [used, unused] = report.probes;
  expect(used).toMatchObject({ name: 'my orders', ok: true, newIndexes: ['idx_orders_user_placed'] });
  expect(unused).toMatchObject({ name: 'sales of a day', ok: false, newIndexes: [] });
  expect(unused?.problems.join(' ')).toMatch(/idx_orders_placed_at/);
  expect(report.indexes.map(({ outcome, verified }) => ({ outcome, verified }))).toEqual([
    { outcome: 'built', verified: true },
    { outcome: 'built', verified: true },
  ]);
});

test('aborted: in section 4, by an operator, with nothing half-built left', () => {
  const report = reportOf(eventsOf('aborted'));
  expect(report).toMatchObject({ status: 'aborted', exitStatus: 4, leftToDo: [] });
  expect(report.sections.map(({ finishedAt }) => finishedAt !== null)).toEqual([
    true,
    true,
    true,
    ...Array(7).fill(false),
  ]);
  expect(report.sections.filter(({ startedAt }) => startedAt !== null)).toHaveLength(4);
  expect(report.builds.filter(({ end }) => end === 'cancelled').length).toBeGreaterThan(0);
  expect(check(report, 'leftovers')?.result).toBe('ok');
  expect(report.people.some(({ by, what }) => by === 'anna@bastion' && /ABORT/.test(what))).toBe(true);
});

test('gate pause: paused and continued by the gate, and complete', () => {
  const report = reportOf(eventsOf('gate-pause'));
  expect(report.status).toBe('complete');
  expect(report.pauses).toMatchObject([
    { cause: 'gate', gate: 'lock-waiters', by: 'gate lock-waiters', liftedBy: 'gate lock-waiters' },
  ]);
  expect(check(report, 'impact')?.result).toBe('failed');
});
