import { makeReport } from '../../report/index.ts';
import { describeEvent, plainText, type RunEvent } from '../../run/index.ts';

/** What could not be written down or posted by the engine that has just ended, a sentence each. */
export const notKept = (events: readonly RunEvent[]): string[] => {
  const from = events.findLastIndex(({ type }) => type === 'run.started' || type === 'run.resumed');
  return events
    .slice(Math.max(0, from))
    .flatMap((event) => (event.type === 'record.failed' ? [describeEvent(event)] : []));
};

/** The message for the war room and the hand-off, as the report has them, for whoever is at the terminal. */
export const lastWords = (events: readonly RunEvent[]): string[] => {
  const report = makeReport(events, { keepLiterals: false });
  if (report === null) return [];
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${plainText(line)}`);
  return [
    '',
    'For the war room:',
    ...indented(report.message.split('\n')),
    '',
    'Hand-off:',
    ...indented(report.handOff),
  ];
};
