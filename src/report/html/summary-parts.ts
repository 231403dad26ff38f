import { bytes, duration } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { builtOf, plural, sectionsDone, verifiedWords } from '../summary.ts';
import { type Html, html } from './html.ts';

export type Tone = 'good' | 'warn' | 'bad' | '';

export const statusTone = ({ status }: Report): Tone => {
  if (status === 'complete') return 'good';
  return status === 'failed' || status === 'aborted' ? 'bad' : 'warn';
};

const card = (value: string, label: string, tone: Tone = ''): Html =>
  html`<div class="card"><b class="${tone}">${value}</b><span>${label}</span></div>`;

const IMPACT_TONES = { none: 'good', slight: 'good', impact: 'bad', unknown: 'warn' } as const;

const impactLabel = ({ gates, pauses }: Report): string =>
  [
    'impact on production',
    gates.length === 0 ? '' : `${plural(gates.length, 'time')} past a threshold`,
    pauses.length === 0 ? '' : plural(pauses.length, 'pause'),
  ]
    .filter((part) => part !== '')
    .join('; ');

/** The few numbers that are asked for first. */
export const cards = (report: Report): Html => {
  const built = builtOf(report);
  const size = built.reduce((sum, index) => sum + (index.bytes ?? 0), 0);
  const equal = report.indexes.filter(({ outcome }) => outcome === 'equal').length;
  const good = built.length + equal === report.indexes.length;
  const verified = verifiedWords(report);
  return html`<div class="cards">
${card(`${built.length} of ${report.indexes.length}`, equal === 0 ? 'indexes built' : `indexes built, ${equal} there already`, good ? 'good' : 'warn')}
${card(duration(report.durationMs), `sections ${sectionsDone(report)}`)}
${card(bytes(size), 'of new indexes')}
${card(verified === 'verified' ? 'verified' : (verified.split(':')[0] ?? ''), 'against the plan, by the catalog', verified === 'verified' ? 'good' : verified === 'not verified' ? 'warn' : 'bad')}
${card(report.impact.verdict, impactLabel(report), IMPACT_TONES[report.impact.verdict])}
</div>`;
};
