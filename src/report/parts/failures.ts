import { type ErrorFacts, type RunEvent, type RunState, stepName } from '../../run/index.ts';
import { cleanMessage } from '../redact.ts';
import type { Report } from '../schema.ts';

type Failure = Report['failures'][number];

/** What the server said, whole; the values of rows are left out unless they are to be kept. */
const messageOf = ({ message, detail, hint }: ErrorFacts, keepLiterals: boolean): string =>
  [message, detail, hint]
    .filter((part): part is string => Boolean(part))
    .map((part) => cleanMessage(part, keepLiterals))
    .join(' · ');

/** Everything that went wrong, in order: also what was tried again and went well then. */
export const failures = (events: readonly RunEvent[], state: RunState, keepLiterals: boolean): Failure[] => {
  const ofStep = (id: number) => {
    const step = state.steps[id];
    return {
      section: step === undefined ? null : step.section + 1,
      name: step === undefined ? '' : stepName(step.step),
    };
  };
  const failure = (at: string, section: number | null, what: string, error: ErrorFacts, final: boolean): Failure[] => [
    { at, section, what, message: messageOf(error, keepLiterals), sqlstate: error.sqlstate, final },
  ];
  return events.flatMap((event): Failure[] => {
    const { at } = event;
    switch (event.type) {
      case 'build.failed':
      case 'statement.failed':
      case 'drop.failed': {
        if (event.type === 'drop.failed' && event.settled) return [];
        const { section, name } = ofStep(event.step);
        const isBuild = state.steps[event.step]?.step.kind === 'create-index';
        const work = event.type === 'build.failed' ? 'build of' : event.type === 'drop.failed' ? 'drop of' : '';
        const what = isBuild || (event.type === 'drop.failed' && event.why === 'replaced') ? `${work} ${name}` : name;
        return failure(at, section, what.trim(), event.error, event.retryAt === null);
      }
      case 'build.lost': {
        const { section, name } = ofStep(event.step);
        return failure(at, section, `connection of the build of ${name}`, event.error, false);
      }
      case 'preflight.failed':
        return failure(at, null, 'preflight', event.error, true);
      case 'recheck.failed':
        return failure(at, null, 'preflight on the server that took over', event.error, false);
      case 'connection.lost':
        return failure(at, null, `connection ${event.session}`, event.error, false);
      case 'ledger.failed':
        return failure(at, null, 'the ledger', event.error, false);
      case 'validation.finished':
        return event.error === null || event.ok
          ? []
          : failure(at, null, `validation query, line ${event.line}`, event.error, true);
      default:
        return [];
    }
  });
};
