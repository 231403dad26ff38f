import { bytes } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { type Html, html, nothing } from './html.ts';

type Outcome = NonNullable<Report['reindexes']>[number]['outcome'];

const TONES: Readonly<Record<Outcome, string>> = {
  rebuilt: 'good',
  'nothing to do': 'good',
  failed: 'bad',
  skipped: 'warn',
  'not rebuilt': 'warn',
  unknown: 'bad',
};

const size = (n: number | null): string => (n === null ? '' : bytes(n));

/** What the plan rebuilt, and what it came to. */
export const reindexes = ({ reindexes: all = [] }: Report): Html =>
  all.length === 0
    ? nothing
    : html`
<h2>Indexes rebuilt by the plan</h2>
<div class="scroll"><table><thead><tr><th>index</th><th>table</th><th>outcome</th><th class="n">size before</th><th class="n">size after</th><th>definition</th></tr></thead><tbody>
${all.map(
  ({ name, schema, table, outcome, bytesBefore, bytes: after, definition, note }) =>
    html`<tr><td><code>${schema === null ? name : `${schema}.${name}`}</code>${note === null ? null : html`<br><span class="faint">${note}</span>`}</td><td>${table ?? ''}</td><td class="${TONES[outcome]}">${outcome}</td><td class="n">${size(bytesBefore)}</td><td class="n">${size(after)}</td><td><code>${definition ?? ''}</code></td></tr>`,
)}
</tbody></table></div>`;
