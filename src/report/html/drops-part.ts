import { bytes } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { type Html, html, nothing } from './html.ts';

type Outcome = NonNullable<Report['drops']>[number]['outcome'];

const TONES: Readonly<Record<Outcome, string>> = {
  dropped: 'good',
  'built again': 'warn',
  'was not there': 'good',
  failed: 'bad',
  skipped: 'warn',
  'not dropped': 'warn',
  unknown: 'bad',
};

/** What the plan dropped, and how it is built again. */
export const drops = ({ drops: all = [] }: Report): Html =>
  all.length === 0
    ? nothing
    : html`
<h2>Indexes dropped by the plan</h2>
<div class="scroll"><table><thead><tr><th>index</th><th>table</th><th>outcome</th><th class="n">size before</th><th class="n">scans before</th><th>definition</th></tr></thead><tbody>
${all.map(
  ({ name, schema, table, outcome, bytes: size, scans, definition, note }) =>
    html`<tr><td><code>${schema === null ? name : `${schema}.${name}`}</code>${note === null ? null : html`<br><span class="faint">${note}</span>`}</td><td>${table ?? ''}</td><td class="${TONES[outcome]}">${outcome}</td><td class="n">${size === null ? '' : bytes(size)}</td><td class="n">${scans === null ? '' : String(scans)}</td><td><code>${definition ?? ''}</code></td></tr>`,
)}
</tbody></table></div>`;
