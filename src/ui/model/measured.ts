import {
  describeBack,
  describeProbe,
  type ImpactLine,
  impactNumber,
  impactOf,
  type RunEvent,
  type RunState,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { SYMBOL } from '../theme.ts';
import { type Row, row, seg, type Tone, wrapText } from './row.ts';

const INDENT = 5;

/** A line with its mark; what does not fit goes on below. */
const marked = (symbol: string, tone: Tone, text: string, width: number): Row[] => {
  const [head = '', ...more] = wrapText(plainText(text), Math.max(10, width - INDENT));
  const plain = tone === 'ok' || tone === 'dim' ? 'plain' : tone;
  return [
    row(seg(` ${symbol} `, tone), seg(head, plain)),
    ...more.map((rest) => row(seg(`${' '.repeat(INDENT)}${rest}`, plain))),
  ];
};

/** What verification says beside each index: critical ones that are missing, and the rule that the counts broke. */
export const verdictRows = ({ verify }: RunState, width: number): Row[] => {
  if (verify?.verdict === undefined || verify.verdict === 'pass') return [];
  const tone = verify.verdict === 'review' ? 'warn' : 'bad';
  return marked(SYMBOL.failed, tone, `verification, ${verify.verdict.toUpperCase()}: ${verify.rule ?? ''}`, width);
};

/** Each probe: what was gained, by which index, and why it has failed; failures first. */
export const probeRows = ({ probes }: RunState, width: number): Row[] => {
  const rank = (ok: boolean | undefined): number => (ok === true ? 1 : 0);
  return [...probes]
    .sort((a, b) => rank(a.after?.verdict?.ok) - rank(b.after?.verdict?.ok))
    .flatMap((each) => {
      const back = each.rolledBack !== undefined;
      const text = `probe ${each.probe.name}: ${back ? describeBack(each) : describeProbe(each)}`;
      if (back) return marked(SYMBOL.queued, 'plain', text, width);
      const ok = each.after?.verdict?.ok;
      if (ok === undefined) return marked(SYMBOL.queued, 'dim', text, width);
      return ok ? marked(SYMBOL.done, 'ok', text, width) : marked(SYMBOL.failed, 'bad', text, width);
    });
};

const impactText = ({ title, unit, baseline, worst, moment, rule }: ImpactLine): string => {
  const before = baseline === null ? '' : `, ${impactNumber(baseline, unit)} before`;
  const during =
    moment === null
      ? ''
      : ` at ${moment.at.slice(11, 19)}${moment.builds.length === 0 ? '' : ` (${moment.builds.join(', ')})`}`;
  const most = worst === null ? '' : `: ${impactNumber(worst, unit)} at worst${during}${before}`;
  return `${title}${most}; ${rule}`;
};

/** How production fared: one line when it did well, and a line for each metric that did not. */
export const impactRows = (events: readonly RunEvent[], width: number): Row[] => {
  const { lines, verdict } = impactOf(events);
  const there = lines.filter((line) => line.absent === undefined);
  const known = there.filter((line) => line.verdict !== 'unknown');
  if (known.length === 0) return [];
  const bad = known.filter((line) => line.verdict !== 'none');
  const unread = there.length - known.length;
  const rest = unread === 0 ? '' : `, ${unread} could not be judged`;
  const sum = `production impact: ${verdict}; ${known.length - bad.length} of ${there.length} as before${rest}`;
  const tone: Tone = verdict === 'impact' ? 'bad' : verdict === 'slight' ? 'warn' : 'ok';
  return [
    ...marked(verdict === 'none' ? SYMBOL.done : SYMBOL.alarm, tone, sum, width),
    ...bad.flatMap((line) =>
      marked(SYMBOL.alarm, line.verdict === 'impact' ? 'bad' : 'warn', `${line.verdict}, ${impactText(line)}`, width),
    ),
  ];
};
