import { sideBySideLines } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { timeOfDay } from '../summary.ts';
import { type Html, html, nothing } from './html.ts';

const LEVEL_TONES = { ok: 'good', note: 'note', warning: 'warn', blocks: 'bad' } as const;

/** Columns of definitions side by side. */
const WIDTH = 100;

const shown = ({ compare, examples = [] }: Report['findings'][number]): Html | null => {
  const lines = [
    ...(compare === undefined ? [] : sideBySideLines(compare, WIDTH).map(({ text }) => text)),
    ...examples,
  ];
  return lines.length === 0 ? null : html`<pre class="plan">${lines.join('\n')}</pre>`;
};

const finding = (each: Report['findings'][number]): Html => {
  const { level, code, what, why, advice, waived } = each;
  return html`<tr><td class="t ${LEVEL_TONES[level]}">${waived ? 'waived' : level}</td><td>${what} <span class="faint">[${code}]</span>${shown(each)}${[why, advice].filter((each) => each !== '').map((each) => html`<br><span class="faint">${each}</span>`)}</td></tr>`;
};

/** What preflight said, and what was gone on in spite of. */
export const findings = (report: Report): Html => {
  const { findings: all, waivers } = report;
  const fine = all.filter(({ level }) => level === 'ok' || level === 'note');
  const others = all.filter(({ level }) => level !== 'ok' && level !== 'note');
  return html`<h2>Findings and waivers</h2>
${others.length === 0 ? html`<p>Preflight warned of nothing.</p>` : html`<div class="scroll fit"><table><tbody>${others.map(finding)}</tbody></table></div>`}
${fine.length === 0 ? null : html`<details><summary>${fine.length} that were in order, or notes</summary><div class="scroll fit"><table><tbody>${fine.map(finding)}</tbody></table></div></details>`}
<h3>Gone on in spite of</h3>
${waivers.length === 0 ? html`<p class="faint">Nothing.</p>` : words(report, waivers)}`;
};

const words = (report: Report, all: Report['people']): Html =>
  html`<div class="scroll fit"><table><tbody>${all.map(({ at, by, what }) => html`<tr><td class="t">${timeOfDay(report, at)}</td><td>${by}</td><td>${what}</td></tr>`)}</tbody></table></div>`;

const validation = ({
  line,
  kind,
  ok,
  durationMs,
  columns,
  rows,
  more,
  error,
  sql,
}: Report['validations'][number]): Html => {
  const outcome =
    ok === null
      ? 'not run'
      : ok
        ? `${rows.length}${more ? ' and more' : ''} rows in ${Math.round(durationMs ?? 0)} ms`
        : `failed: ${error ?? 'no reason given'}`;
  const result =
    kind === 'explain'
      ? html`<pre class="plan">${rows.map(
          (row) => html`${row[0] ?? ''}
`,
        )}</pre>`
      : html`<div class="scroll"><table><thead><tr>${columns.map((column) => html`<th>${column}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
  return html`<details><summary>line ${line}, ${kind}: <span class="${ok === null ? 'warn' : ok ? 'good' : 'bad'}">${outcome}</span></summary><pre>${sql}</pre>${ok ? result : null}</details>`;
};

export const validations = ({ validations: all }: Report): Html =>
  all.length === 0 ? nothing : html`<h2>Validation queries</h2>${all.map(validation)}`;

export const people = (report: Report): Html => html`<h2>Who did what</h2>${words(report, report.people)}`;
