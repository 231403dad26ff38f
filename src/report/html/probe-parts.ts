import { type ImpactUnit, impactNumber, queryTime } from '../../run/index.ts';
import { planLines } from '../plan-text.ts';
import type { Report } from '../schema.ts';
import { timeOfDay } from '../summary.ts';
import { type Html, html, nothing } from './html.ts';

type Probe = Report['probes'][number];

const time = (ms: number | null, atLeast = false): string =>
  ms === null ? 'unknown' : `${atLeast ? 'over ' : ''}${queryTime(ms)}`;

const lines = (all: readonly string[]): Html =>
  html`${all.map(
    (line) => html`${line}
`,
  )}`;

const planOf = (title: string, measured: Probe['before']): Html => {
  if (measured === null) return html`<p class="faint">${title}: not measured</p>`;
  const { runs, minMs, maxMs, buffersHit, buffersRead, reads, plan, error } = measured;
  const facts = [
    `${runs} runs`,
    ...(minMs === null || maxMs === null ? [] : [`${queryTime(minMs)} to ${queryTime(maxMs)}`]),
    ...(buffersHit === null ? [] : [`${buffersHit} blocks from memory, ${buffersRead ?? 0} read`]),
    reads,
  ];
  const tree = planLines(plan);
  return html`<h3>${title}</h3><p class="faint">${error ?? facts.join('; ')}</p>${tree.length === 0 ? null : html`<pre class="plan">${lines(tree)}</pre>`}`;
};

const gained = ({ percent, factor, atLeast }: Probe): string => {
  if (percent === null || factor === null) return '';
  const least = atLeast ? 'at least ' : '';
  if (percent < 0) return `${(1 / factor).toFixed(1)}x as long`;
  // Never up to 100 %: that would be no time at all.
  const saved = percent > 99 ? (Math.floor(percent * 10) / 10).toFixed(1) : percent.toFixed(0);
  return `${least}${saved} %, ${factor >= 10 ? factor.toFixed(0) : factor.toFixed(1)}x`;
};

const row = (probe: Probe): Html => {
  const { name, ok, beforeMs, afterMs, atLeast, newIndexes, after, target, problems, notes, percent } = probe;
  const said = [...problems, ...notes];
  return html`<tr><td><code>${name}</code>${said.map((each) => html`<br><span class="faint">${each}</span>`)}</td><td class="n">${time(beforeMs, atLeast)}</td><td class="n">${time(afterMs)}</td><td class="n ${percent === null ? '' : percent > 0 ? 'good' : 'bad'}">${gained(probe)}</td><td>${newIndexes.length > 0 ? newIndexes.map((index) => html`<code>${index}</code> `) : (after?.reads ?? '')}</td><td>${target ?? ''}</td><td class="t ${ok === null ? 'warn' : ok ? 'good' : 'bad'}">${ok === null ? '? unknown' : ok ? '✓' : '✗ failed'}</td></tr>`;
};

/** The queries before and after, with their plans to unfold. */
export const probes = ({ probes: all, expensive }: Report): Html => {
  if (all.length === 0)
    return html`<h2>Queries before and after</h2><p class="faint">Not measured: there is no probe.</p>`;
  return html`<h2>Queries before and after</h2>
<div class="scroll"><table><thead><tr><th>query</th><th class="n">before</th><th class="n">after</th><th class="n">faster</th><th>reads by</th><th>target</th><th></th></tr></thead><tbody>
${all.map(row)}
</tbody></table></div>
${all.map(
  (probe) =>
    html`<details><summary>${probe.name}: plans</summary><pre>${probe.sql.split('\n').map(
      (line) => html`${line}
`,
    )}</pre>${planOf('Before', probe.before)}${planOf('After', probe.after)}</details>`,
)}
${expensive.length === 0 ? null : statements(expensive)}`;
};

const statements = (all: Report['expensive']): Html =>
  html`<details><summary>The most expensive statements on these tables</summary><div class="scroll"><table><thead><tr><th>statement</th><th class="n">mean before</th><th class="n">mean since</th><th class="n">calls since</th></tr></thead><tbody>
${all.map(({ query, meanBeforeMs, meanAfterMs, callsSince }) => html`<tr><td><code>${query}</code></td><td class="n">${time(meanBeforeMs)}</td><td class="n">${time(meanAfterMs)}</td><td class="n">${callsSince ?? 'unknown'}</td></tr>`)}
</tbody></table></div></details>`;

const VERDICT_TONES = { none: 'good', slight: 'good', impact: 'bad', unknown: 'warn' } as const;

/** Production while it went on: each metric before, at its worst, and the rule that judged it. */
export const impact = (report: Report): Html => {
  const all = report.impact.lines;
  if (all.length === 0) return nothing;
  const value = (unit: ImpactUnit, number: number | null) => (number === null ? 'unknown' : impactNumber(number, unit));
  return html`<h2>Production impact</h2>
<div class="scroll"><table><thead><tr><th>what</th><th class="n">before</th><th class="n">worst</th><th>when</th><th>verdict</th></tr></thead><tbody>
${all.map(({ title, unit, baseline, worst, at, section, builds, verdict, rule, absent }) =>
  absent === undefined
    ? html`<tr><td>${title}</td><td class="n">${value(unit, baseline)}</td><td class="n">${value(unit, worst)}</td><td>${at === null ? '' : timeOfDay(report, at)}${section === null ? '' : html`<br><span class="faint">${section}${builds.length === 0 ? '' : `: ${builds.join(', ')}`}</span>`}</td><td><span class="${VERDICT_TONES[verdict]}">${verdict}</span><br><span class="faint">${rule}</span></td></tr>`
    : html`<tr><td>${title}</td><td class="n" colspan="2">${absent}</td><td></td><td></td></tr>`,
)}
</tbody></table></div>`;
};
