import { createHash } from 'node:crypto';
import type { Report } from '../schema.ts';
import { clock, STATUS_WORDS } from '../summary.ts';
import { drops } from './drops-part.ts';
import { estimates } from './estimates-part.ts';
import { type Html, html, Html as Piece } from './html.ts';
import { impact, probes } from './probe-parts.ts';
import { findings, people, validations } from './record-parts.ts';
import { reindexes } from './reindexes-part.ts';
import { beforeAfter, checks, failures, handOff, indexes, partitions, sections } from './result-parts.ts';
import { STYLE } from './style.ts';
import { cards, statusTone } from './summary-parts.ts';
import { usage } from './usage-part.ts';
import { metrics, pauses, timeline } from './window-parts.ts';

/** Nothing but this very style: no script, no network, no form, no frame. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

const heading = (report: Report): Html => {
  const { status, database, environment, operator, startedAt, finishedAt, until, reason, leftToDo } = report;
  return html`<header>
<span class="badge ${statusTone(report)}">${STATUS_WORDS[status]}</span>
<h1>Indexes on ${database.database} at ${database.host}</h1>
<p class="faint">${clock(startedAt)} to ${clock(until)}${finishedAt === null ? ' and not ended' : ''}${environment === null ? '' : `, ${environment}`}, by ${operator}</p>
${reason === '' ? null : html`<p>${reason}.</p>`}
${leftToDo.map((each) => html`<p class="bad"><b>To do:</b> ${each}</p>`)}
</header>`;
};

const footer = ({ run, plan, engines, version, usage: seen }: Report): Html =>
  html`<h2>About this report</h2><p class="faint">Run <code>${run}</code>; script ${plan.files.join(', ')}, fingerprint <code>${plan.fingerprint}</code>; indexdeck ${engines.map((engine) => engine.version).at(-1) ?? ''}, report version ${version}. Every line is made from the events of the run${seen === undefined ? '' : ', but for what was read since'}; times are UTC.</p>`;

/** The report as one page that needs nothing else: for whoever was not there. */
export const renderHtml = async (report: Report): Promise<string> => {
  const { database, run } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Piece(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${`Indexes on ${database.database}, run ${run}`}</title>
<style>${new Piece(STYLE)}</style>
</head>
<body>
${heading(report)}
${cards(report)}
${checks(report)}
${usage(report)}${probes(report)}
${await timeline(report)}
${pauses(report)}
${await metrics(report)}
${impact(report)}
${beforeAfter(report)}
${sections(report)}
${indexes(report)}${partitions(report)}${reindexes(report)}${drops(report)}${estimates(report)}
${failures(report)}
${findings(report)}
${validations(report)}
${people(report)}
${handOff(report)}
${footer(report)}
</body>
</html>
`;
  return page.text;
};
