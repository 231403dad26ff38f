import { makeReport } from '../../report/index.ts';
import { describeEvent, plainText, type RunEvent } from '../../run/index.ts';

/** What could not be written down or posted by the engine that has just ended, a sentence each. */
export const notKept = (events: readonly RunEvent[]): string[] => {
  const from = events.findLastIndex(({ type }) => type === 'run.started' || type === 'run.resumed');
  return events
    .slice(Math.max(0, from))
    .flatMap((event) => (event.type === 'record.failed' ? [describeEvent(event)] : []));
};

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${plainText(line)}`);

/**
 * The message for the war room and the hand-off, as the report has them, for whoever is at the terminal. Beneath the full
 * screen's summary, which must not be pushed out of sight, only what that does not say.
 */
export const lastWords = (events: readonly RunEvent[], ui: 'tui' | 'plain'): string[] => {
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) return [];
  const { message, handOff } = report;
  if (ui === 'tui') return ['Hand-off:', ...indented(handOff.filter((line) => !/^(Status|Indexes added):/.test(line)))];
  return ['', 'For the war room:', ...indented(message.split('\n')), '', 'Hand-off:', ...indented(handOff)];
};
