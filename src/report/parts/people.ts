import { changedFindings, describeEvent, type Finding, type RunEvent, type RunState } from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Word = Report['people'][number];

/** Who did what: orders, and what gates and the engine did by themselves. */
export const people = (events: readonly RunEvent[], { steps }: RunState): Word[] =>
  events.flatMap((event): Word[] => {
    const said = (by: string, what = describeEvent(event, steps)): Word[] => [{ at: event.at, by, what }];
    switch (event.type) {
      case 'run.started':
        return said(event.operator, 'started the run');
      case 'run.resumed':
        return said(event.operator);
      case 'run.approved':
        return said(event.by, 'go');
      case 'abort.started':
      case 'run.paused':
      case 'run.continued':
      case 'rollback.started':
      case 'jobs.changed':
      case 'delay.changed':
      case 'gate.changed':
      case 'session.end_ordered':
      case 'index.requeued':
      case 'cancel.requested':
      case 'command.refused':
        return said(event.by);
      case 'command.received':
        // What follows from these is an event with the same name in it.
        return ['recheck', 'survey', 'skip'].includes(event.command.type) ? said(event.by) : [];
      case 'operator.changed':
      case 'client.joined':
      case 'client.left':
        return said(event.name);
      default:
        return [];
    }
  });

/** What was gone on in spite of: warnings at the go, a missing backup, leftovers that were agreed to, indexes left out. */
export const waivers = (events: readonly RunEvent[], { options }: RunState): Word[] => {
  let findings: readonly Finding[] = [];
  return events.flatMap((event): Word[] => {
    const { at } = event;
    if (event.type === 'preflight.finished') findings = event.findings;
    if (event.type === 'preflight.changed') findings = changedFindings(findings, event);
    if (event.type === 'run.approved') {
      const warned = findings
        .filter(({ level }) => level === 'warning')
        .map(({ what, code, waived }) => ({ at, by: event.by, what: waived ? `--ignore ${code}: ${what}` : what }));
      const { noBackup } = options;
      const backup = noBackup === null ? [] : [{ at, by: event.by, what: `without a backup: ${noBackup}` }];
      const oids = event.replaceInvalid.join(', ');
      const agreed = oids === '' ? [] : [{ at, by: event.by, what: `invalid leftovers may be dropped: oid ${oids}` }];
      return [...backup, ...warned, ...agreed];
    }
    if (event.type === 'index.skipped' && event.reason === 'operator')
      return [{ at, by: event.by ?? 'unknown', what: `${event.name} was left out` }];
    return [];
  });
};
