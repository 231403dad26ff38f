import { expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html/page.ts';
import { makeReport, reportSchema } from '../../src/report/index.ts';
import type { Finding, RunEvent } from '../../src/run/index.ts';
import { Core, createIndex, planOf, section } from '../support/core.ts';

const duplicated: Finding = {
  level: 'warning',
  code: 'duplicate-index',
  what: 'i would be a duplicate of j.',
  why: 'It costs.',
  advice: 'Take it out.',
  index: 'i',
  compare: { planned: 'CREATE INDEX i ON t (a)', found: 'CREATE INDEX j ON t (a)', differences: [] },
  examples: ['(mail) = (zelda@example.org) in 2 rows'],
};

const eventsWith = (finding: Finding): RunEvent[] => {
  const core = new Core(planOf(section('one', [createIndex('i', 't')])));
  core.go();
  return core.events.map((event) =>
    event.type === 'preflight.finished' ? { ...event, findings: [finding, ...event.findings] } : event,
  );
};

test('a report has both definitions of a finding, and the values of rows only where they are to be kept', async () => {
  const events = eventsWith(duplicated);
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) throw new Error('no events');
  expect(reportSchema.safeParse(report).error).toBeUndefined();
  expect(report.findings[0]?.compare).toEqual(duplicated.compare);
  expect(JSON.stringify(report)).not.toContain('zelda');
  const page = await renderHtml(report);
  expect(page).toContain('CREATE INDEX j ON t (a)');
  expect(page).not.toContain('zelda');
  const kept = makeReport(events, { keepLiterals: true });
  expect(kept?.findings[0]?.examples).toEqual(duplicated.examples);
  expect(reportSchema.safeParse(kept).error).toBeUndefined();
});
