import { bytes, duration } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { clock, timeOfDay } from '../summary.ts';
import { type Html, html, nothing } from './html.ts';

const RESULT_TONES = { ok: 'good', failed: 'bad', unknown: 'warn', waived: 'warn' } as const;
const RESULT_WORDS = { ok: '✓', failed: '✗ failed', unknown: '? unknown', waived: '– waived' } as const;

/** What was checked, and what was not. */
export const checks = (report: Report): Html => html`<h2>Checks</h2>
<div class="scroll fit"><table><tbody>
${report.checks.map(
  ({ what, result, detail }) =>
    html`<tr><td class="t ${RESULT_TONES[result]}">${RESULT_WORDS[result]}</td><td>${what}</td><td class="faint">${detail}</td></tr>`,
)}
</tbody></table></div>`;

const STATE_ROWS = [
  ['indexes', 'indexes', String],
  ['idxIndexes', 'named idx_', String],
  ['databaseBytes', 'database size', bytes],
  ['active', 'active sessions', String],
  ['connections', 'connections', String],
  ['rollbacksPerS', 'rollbacks per second', (rate: number) => rate.toFixed(1)],
] as const;

/** The database before and after. */
export const beforeAfter = ({ before, after }: Report): Html => {
  if (before === null) return nothing;
  const value = (state: Report['before'], [key, , of]: (typeof STATE_ROWS)[number]): string => {
    const number = state?.[key] ?? null;
    return number === null ? 'unknown' : of(number);
  };
  return html`<h2>Before and after</h2>
<div class="scroll fit"><table><thead><tr><th>${before.schemas.join(', ')}</th><th class="n">before</th><th class="n">after</th></tr></thead><tbody>
${STATE_ROWS.map((row) => html`<tr><td>${row[1]}</td><td class="n">${value(before, row)}</td><td class="n">${value(after, row)}</td></tr>`)}
<tr class="faint"><td>read at</td><td class="n">${clock(before.at)}</td><td class="n">${after === null ? 'not read' : clock(after.at)}</td></tr>
</tbody></table></div>`;
};

const tookOf = (startedAt: string | null, finishedAt: string | null): string =>
  startedAt === null
    ? 'not begun'
    : finishedAt === null
      ? 'not finished'
      : duration(Date.parse(finishedAt) - Date.parse(startedAt));

export const sections = (report: Report): Html => html`<h2>Sections</h2>
<div class="scroll"><table><thead><tr><th class="n">#</th><th>section</th><th class="n">built</th><th class="n">there already</th><th class="n">failed</th><th class="n">left out</th><th class="n">open</th><th class="n">time</th></tr></thead><tbody>
${report.sections.map(
  ({ number, title, planned, built, equal, failed, skipped, dropped, open, startedAt, finishedAt }) =>
    html`<tr><td class="n">${number}</td><td>${title}</td><td class="n">${built}/${planned}${dropped === 0 ? '' : `, ${dropped} dropped again`}</td><td class="n">${equal}</td><td class="n ${failed > 0 ? 'bad' : ''}">${failed}</td><td class="n">${skipped}</td><td class="n">${open}</td><td class="n">${tookOf(startedAt, finishedAt)}</td></tr>`,
)}
</tbody></table></div>`;

const OUTCOME_TONES: Readonly<Record<Report['indexes'][number]['outcome'], string>> = {
  built: 'good',
  equal: 'good',
  failed: 'bad',
  skipped: 'warn',
  dropped: 'warn',
  unknown: 'bad',
  'not built': 'warn',
};

const verifiedMark = (verified: boolean | null): Html => {
  if (verified === null) return html`<span class="warn">not verified</span>`;
  return verified ? html`<span class="good">✓</span>` : html`<span class="bad">✗ failed</span>`;
};

/** Largest first: what the new indexes cost on disk. */
export const indexes = (report: Report): Html => {
  const rows = [...report.indexes].sort((a, b) => (b.bytes ?? -1) - (a.bytes ?? -1) || a.step - b.step);
  return html`<h2>Indexes</h2>
<div class="scroll"><table><thead><tr><th>index</th><th>table</th><th>outcome</th><th class="n">size</th><th class="n">time</th><th class="n">attempts</th><th>verified</th></tr></thead><tbody>
${rows.map(({ name, schema, table, outcome, bytes: size, durationMs, atMost, attempts, verified, problems, note }) => {
  const notes = [...problems, ...(note === null ? [] : [note])];
  return html`<tr><td><code>${name}</code>${notes.length === 0 ? null : html`<br><span class="faint">${notes.join('; ')}</span>`}</td><td>${schema === null ? table : `${schema}.${table}`}</td><td class="${OUTCOME_TONES[outcome]}">${outcome === 'equal' ? 'there already' : outcome}</td><td class="n">${size === null ? '' : bytes(size)}</td><td class="n">${durationMs === null ? '' : `${atMost ? '≤ ' : ''}${duration(durationMs)}`}</td><td class="n">${attempts}</td><td>${verifiedMark(verified)}</td></tr>`;
})}
</tbody></table></div>`;
};

const PARTS = { index: 'on a partition', parent: 'ON ONLY', attach: 'attach' } as const;

/** What the indexes on partitioned tables were made of. */
export const partitions = ({ partitions: parts = [], indexes: all }: Report): Html =>
  parts.length === 0
    ? nothing
    : html`
<h2>Indexes on partitioned tables, part by part</h2>
<div class="scroll"><table><thead><tr><th>index</th><th>part</th><th>name</th><th>table</th><th>outcome</th><th class="n">size</th><th class="n">time</th><th class="n">attempts</th></tr></thead><tbody>
${parts.map(
  ({ partOf, what, name, schema, table, outcome, bytes: size, durationMs, attempts, note }) =>
    html`<tr><td><code>${all.find(({ step }) => step === partOf)?.name ?? String(partOf)}</code></td><td>${PARTS[what]}</td><td><code>${name}</code>${note === null ? null : html`<br><span class="faint">${note}</span>`}</td><td>${table === null ? '' : schema === null ? table : `${schema}.${table}`}</td><td class="${outcome === 'attached' ? 'good' : OUTCOME_TONES[outcome]}">${outcome === 'equal' ? 'there already' : outcome}</td><td class="n">${size === null || what !== 'index' ? '' : bytes(size)}</td><td class="n">${durationMs === null ? '' : duration(durationMs)}</td><td class="n">${attempts}</td></tr>`,
)}
</tbody></table></div>`;

export const failures = (report: Report): Html =>
  report.failures.length === 0
    ? nothing
    : html`<h2>Errors</h2>
<div class="scroll"><table><tbody>
${report.failures.map(
  ({ at, section, what, message, sqlstate, final }) =>
    html`<tr><td class="t">${timeOfDay(report, at)}</td><td>${section === null ? '' : `section ${section}`}</td><td>${what}</td><td>${message}${sqlstate === null ? '' : ` (${sqlstate})`}</td><td class="t ${final ? 'bad' : 'faint'}">${final ? 'for good' : 'passed, or tried again'}</td></tr>`,
)}
</tbody></table></div>`;

/** What the next step has to know, and the message as it went out. */
export const handOff = ({ handOff: lines, message }: Report): Html => html`<h2>Hand-off</h2>
<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>
<details><summary>The message for the war room</summary><pre>${message.split('\n').map(
  (line) => html`${line}
`,
)}</pre></details>`;
