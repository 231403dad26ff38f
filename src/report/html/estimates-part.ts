import { bytes, bytesRange, duration, type Range, timeRange } from '../../run/index.ts';
import { comparedLines } from '../estimate-words.ts';
import type { Report } from '../schema.ts';
import { type Html, html, nothing } from './html.ts';

/** What came, and whether it came into its range. */
const came = (range: Range | null, value: number | null, words: (value: number) => string): Html => {
  if (value === null) return html`<td class="n faint">–</td>`;
  const isOutside = range !== null && (value < range.low || value > range.high);
  return html`<td class="n ${isOutside ? 'warn' : ''}">${words(value)}</td>`;
};

const expected = (range: Range | null, words: (range: Range) => string): Html =>
  range === null ? html`<td class="n warn">unknown</td>` : html`<td class="n">${words(range)}</td>`;

/** What preflight expected of each index beside what came. */
export const estimates = ({ estimates: all }: Report): Html => {
  if (all === null) return nothing;
  const staged = all.indexes.some(({ elsewhereMs }) => elsewhereMs !== null);
  return html`
<h2>Estimates</h2>
<ul>${comparedLines(all).map((line) => html`<li>${line}</li>`)}</ul>
<div class="scroll"><table><thead><tr><th>index</th><th class="n">size expected</th><th class="n">size</th><th class="n">off by</th><th class="n">time expected</th>${staged ? html`<th class="n">by the other run</th>` : null}<th class="n">time</th><th class="n">off by</th></tr></thead><tbody>
${all.indexes.map(
  ({ name, why, estimatedBytes, bytes: size, bytesFactor, estimatedMs, elsewhereMs, workedMs, msFactor }) =>
    html`<tr><td><code>${name}</code>${why === null ? null : html`<br><span class="faint">${why}</span>`}</td>${expected(estimatedBytes, bytesRange)}${came(estimatedBytes, size, bytes)}<td class="n">${bytesFactor === null ? '–' : String(bytesFactor)}</td>${expected(estimatedMs, timeRange)}${staged ? expected(elsewhereMs, timeRange) : null}${came(estimatedMs, workedMs, duration)}<td class="n">${msFactor === null ? '–' : String(msFactor)}</td></tr>`,
)}
</tbody></table></div>
<p class="faint">Times are without waits for others. What did not come into its range is marked.</p>`;
};
