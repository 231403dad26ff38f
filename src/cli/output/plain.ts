import type { Feed } from '../../client/index.ts';
import { describeEvent, isOpen, type RunEvent, type StepState } from '../../run/index.ts';
import { describeFindings } from './findings.ts';
import { followEvents } from './follow.ts';
import type { Output } from './output.ts';
import { statusLine } from './status-line.ts';
import { describeSummary } from './summary.ts';

const STATUS_EVERY_MS = 10_000;

/** To the second, UTC: these lines end up in logs. */
const clock = (at: string): string => `${at.slice(0, 19)}Z`;

/** What this very client asks its operator stands on its terminal already. */
const isOwnQuestion = (event: RunEvent, me: string | null | undefined): boolean =>
  (event.type === 'question.opened' || event.type === 'question.closed') && event.client === me;

/** What is said of preflight: what it comes to, on one screen, then each finding. */
const preflightLines = (event: RunEvent, width: number | null): string[] => {
  if (event.type === 'preflight.changed')
    return describeFindings(
      event.findings.filter((finding, at) => isOpen(finding) && event.added.includes(event.keys[at] ?? '')),
      width,
    );
  if (event.type !== 'preflight.finished') return [];
  const { findings, summary } = event;
  return [
    ...(summary === undefined ? [] : describeSummary(summary, findings, width)),
    ...describeFindings(
      findings.filter(({ level }) => level !== 'ok'),
      width,
    ),
  ];
};

const eventLines = (event: RunEvent, steps: readonly StepState[] | undefined, width: number | null): string[] => {
  // Every ten seconds too, and the status line says more to a reader.
  if (event.type === 'metrics.summarised') return [];
  return [`${clock(event.at)} ${describeEvent(event, steps)}`, ...preflightLines(event, width)];
};

/** Prints a run as lines: one an event behind `after`, and a status line now and then. The function that comes back ends that. */
export const printPlain = (feed: Feed, out: Output, after = 0): (() => void) => {
  const end = followEvents(feed, after, (event) => {
    const { client, state } = feed.view();
    if (isOwnQuestion(event, client)) return;
    for (const line of eventLines(event, state?.steps, out.width)) out.text(line);
  });
  let lost = false;
  const endLink = feed.subscribe(() => {
    const { state, link } = feed.view();
    const { status, why, since } = link;
    // Before the first event it is connecting for the first time.
    if (status === 'lost' && !lost && state !== null) {
      lost = true;
      out.text(`${clock(since)} connection to the engine lost: ${why}. Reconnecting`);
    }
    if (status === 'connected' && lost) {
      lost = false;
      out.line(`${clock(since)} connected to the engine again`);
    }
  });
  const timer = setInterval(() => {
    const view = feed.view();
    if (view.state !== null && view.state.phase !== 'finished')
      out.text(`${clock(new Date().toISOString())} ${statusLine(view, Date.now())}`);
  }, STATUS_EVERY_MS);
  return () => {
    clearInterval(timer);
    end();
    endLink();
  };
};

/** Prints a run's events behind `after` exactly as in the journal, one a line. */
export const printJson = (feed: Feed, out: Output, after = 0): (() => void) =>
  followEvents(feed, after, (event) => out.line(JSON.stringify(event)));
