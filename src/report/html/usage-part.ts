import { bytes, queryTime } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { clock } from '../summary.ts';
import { type Html, html, nothing } from './html.ts';

type Usage = NonNullable<Report['usage']>;

const statements = (all: Usage['statements']): Html =>
  html`<div class="scroll"><table><thead><tr><th>statement</th><th class="n">mean before</th><th class="n">mean since</th><th class="n">calls since</th><th>since</th></tr></thead><tbody>
${all.map(
  ({ query, meanBeforeMs, meanSinceMs, callsSince, since }) =>
    html`<tr><td><code>${query}</code></td><td class="n">${meanBeforeMs === null ? 'unknown' : queryTime(meanBeforeMs)}</td><td class="n">${meanSinceMs === null ? 'unknown' : queryTime(meanSinceMs)}</td><td class="n">${callsSince ?? 'unknown'}</td><td>${since === null ? 'unknown' : clock(since)}</td></tr>`,
)}
</tbody></table></div>`;

const tone = ({ standing, unused }: Usage['indexes'][number]): string =>
  standing === 'valid' ? (unused === false ? 'good' : 'warn') : 'bad';

/** What a later look has found; nothing, to the byte, where there was none. */
export const usage = ({ usage: seen }: Report): Html => {
  if (seen === undefined) return nothing;
  const { readAt, database, serverVersion, notes, indexes } = seen;
  return html`<h2>Since the run</h2>
<p class="faint">Read at ${clock(readAt)} from ${database.database} at ${database.host}:${database.port}, PostgreSQL ${serverVersion}, as ${database.user}.</p>
<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>
<div class="scroll"><table><thead><tr><th>index</th><th>is</th><th class="n">scans</th><th>last scan</th><th class="n">size</th><th>what that means</th></tr></thead><tbody>
${indexes.map((index) => {
  const { name, standing, scans, lastScan, bytes: size, words } = index;
  return html`<tr><td><code>${name}</code></td><td class="${tone(index)}">${standing}</td><td class="n">${scans ?? 'unknown'}</td><td>${lastScan === null ? '' : clock(lastScan)}</td><td class="n">${size === null ? '' : bytes(size)}</td><td>${words}</td></tr>`;
})}
</tbody></table></div>
${seen.statements.length === 0 ? null : statements(seen.statements)}
`;
};
