import { duration } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { timeOfDay } from '../summary.ts';
import { type Span, WIDTHS } from './chart.ts';
import { type Html, html, nothing } from './html.ts';
import { metricChart, metricValue, worstOf } from './metric-chart.ts';
import { timelineChart } from './timeline-chart.ts';

/** From the go to the newest event; a window that took no time is still a window. */
const spanOf = ({ approvedAt, startedAt, until }: Report): Span => {
  const from = Date.parse(approvedAt ?? startedAt);
  return { from, to: Math.max(from + 1_000, Date.parse(until)) };
};

const inTurn = async (charts: readonly (() => Promise<Html>)[]): Promise<Html[]> => {
  const drawn: Html[] = [];
  for (const chart of charts) drawn.push(await chart());
  return drawn;
};

/** The window as a chart: a row for each index, its builds by phase. */
export const timeline = async (report: Report): Promise<Html> => {
  if (report.builds.length === 0) return nothing;
  const span = spanOf(report);
  const charts = await inTurn(WIDTHS.map((width) => () => timelineChart(report, span, width)));
  const paused = report.pauses.length > 0;
  return html`<h2>Timeline</h2>
<figure>
<figcaption><span class="key build">building</span><span class="key validate">validating</span><span class="key wait">waiting for others</span><span class="key drop">dropping</span>${paused ? html`<span class="key pause">paused</span>` : null}<span class="key cross">failed or cancelled</span></figcaption>
${charts}
</figure>`;
};

/** Pauses with who ordered them, and what tripped. */
export const pauses = (report: Report): Html => {
  const { pauses: all, gates } = report;
  if (all.length === 0 && gates.length === 0) return nothing;
  const took = (from: string, to: string | null) => (to === null ? '' : duration(Date.parse(to) - Date.parse(from)));
  return html`<h2>Pauses and gates</h2>
<div class="scroll fit"><table><tbody>
${all.map(
  ({ from, to, cause, by, reason, liftedBy }) =>
    html`<tr><td class="t">${timeOfDay(report, from)}</td><td class="bad">paused (${cause})</td><td>${by}: ${reason}</td><td>${to === null ? 'not lifted' : `${took(from, to)}, ${liftedBy === null ? 'ended with the run' : `lifted by ${liftedBy}`}`}</td></tr>`,
)}
${gates.map(
  ({ at, gate, level, reason, clearedAt }) =>
    html`<tr><td class="t">${timeOfDay(report, at)}</td><td class="${level === 'warn' ? 'warn' : 'bad'}">${gate}: ${level}</td><td>${reason}</td><td>${clearedAt === null ? 'not clear before the end' : `clear after ${took(at, clearedAt)}`}</td></tr>`,
)}
</tbody></table></div>`;
};

const thresholdWords = (metric: Report['metrics'][number]): string[] =>
  (['warn', 'pause', 'abort'] as const).flatMap((level) =>
    metric[level] === null ? [] : [`${level} ${metric.below ? 'under' : 'at'} ${metricValue(metric, metric[level])}`],
  );

/** The live metrics under the same window. What nobody needs to see is folded. */
export const metrics = async (report: Report): Promise<Html> => {
  if (report.metrics.length === 0) return nothing;
  const span = spanOf(report);
  const figure = async (metric: Report['metrics'][number]): Promise<Html> => {
    const charts = await inTurn(WIDTHS.map((width) => () => metricChart(report, metric, span, width)));
    return html`<figure>
<figcaption><b>${metric.title}</b><span>worst ${metricValue(metric, worstOf(metric))}</span>${thresholdWords(metric).map((words) => html`<span>${words}</span>`)}</figcaption>
${charts}
</figure>`;
  };
  const isShown = ({ gate, points }: Report['metrics'][number]) => gate !== null && points.some(({ max }) => max !== 0);
  const gated = report.metrics.filter(isShown);
  const others = report.metrics.filter((metric) => !isShown(metric));
  return html`<h2>The server meanwhile</h2>
<p class="faint">Mean, and the range from least to most, of every ten seconds.</p>
${await inTurn(gated.map((metric) => () => figure(metric)))}
${others.length === 0 ? null : html`<details><summary>${others.length} more, without thresholds or never above 0</summary>${await inTurn(others.map((metric) => () => figure(metric)))}</details>`}`;
};
