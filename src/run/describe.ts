import type { Level } from '../plan/types.ts';
import type { Command, Question } from './commands.ts';
import { countedText, indexesAndParts } from './counted.ts';
import type { DropCause, ErrorFacts, Found, RunEvent, RunOptions } from './events.ts';
import { bytes, clockTime, duration } from './format.ts';
import { thresholdsText } from './gates/thresholds-text.ts';
import { plainText } from './plain-text.ts';
import { isOpen } from './preflight/keys.ts';
import { describeMeasured, describeProbe, queryTime } from './probes/text.ts';
import { differenceCount, droppable } from './rollback.ts';
import { REFUSED_WORDS, type ServerIdentity } from './server.ts';
import type { StepState } from './state.ts';
import { stepName } from './steps.ts';
import { failedWords, moreOrFewer, verifiedWords } from './verify/words.ts';

/** What was said of a backup; journals of earlier versions know of none. */
const backupWords = ({ backup, noBackup }: RunOptions): string => {
  if (backup) return `, backup ${plainText(backup.id ?? backup.path)}`;
  return noBackup === null ? '' : `, without a backup: ${plainText(noBackup)}`;
};

/** A server's error in words: message, detail and hint whole, and the SQLSTATE. */
export const describeError = (error: ErrorFacts): string => {
  const parts = [error.message, error.detail, error.hint].filter((part): part is string => Boolean(part));
  return parts.map(plainText).join(' · ') + (error.sqlstate === null ? '' : ` (${error.sqlstate})`);
};

/** What stands in an index's place, in words. */
export const describeFound = (found: Found): string => {
  switch (found.kind) {
    case 'none':
      return 'not there';
    case 'equal':
      return 'there already, valid, with the planned definition';
    case 'different':
      return `there with another definition: ${found.differences.map(plainText).join('; ')}`;
    case 'incomplete':
      return `there (oid ${found.oid}), with the planned definition, and not complete: partitions lack theirs`;
    case 'invalid':
      return `there but invalid (oid ${found.oid}), and nobody is building it`;
    case 'building':
      return `being built right now by pid ${found.pid}${found.application ? ` (${plainText(found.application)})` : ''}`;
    case 'other-relation':
      return `the name belongs to a ${found.what} (oid ${found.oid})`;
    case 'no-table':
      return plainText(found.message);
    case 'to-rename':
      return `it is called ${plainText(found.name)} (oid ${found.oid})${found.taken === null ? '' : `, and the name that it is to get is taken (oid ${found.taken})`}`;
    case 'to-reindex':
      return `there (oid ${found.oid})${found.problem === null ? '' : `, not to be rebuilt: ${plainText(found.problem.why)}`}`;
    case 'reindex-parts':
      return `there (oid ${found.oid})${found.problem === null ? ', its indexes one by one' : `, not to be rebuilt: ${plainText(found.problem.why)}`}`;
    case 'to-drop':
      return `there (oid ${found.oid})${found.problem === null ? '' : `, not to be dropped: ${plainText(found.problem.why)}`}`;
  }
};

/** What an operator is being asked, in words. */
export const QUESTIONS: Readonly<Record<Question, string>> = {
  go: 'whether to build',
  abort: 'whether to abort the run',
  rollback: 'whether to drop what this run made',
  restore: 'whether to restore the database from its backup',
  skip: 'whether to leave the failed index out',
  'cancel-build': 'whether to cancel a build',
  'end-session': 'whether to end a session that stands in the way',
  'take-over': 'whether to take over',
  leave: 'whether to leave the run alone',
};

/** A step by its name, which is what a reader knows it by; by its number where the steps are not known. */
const called = (steps: readonly StepState[], id: number): string => {
  const step = steps[id]?.step;
  return step === undefined ? `step ${id + 1}` : plainText(stepName(step));
};

/** The same before what is said of it. */
const about = (steps: readonly StepState[], { step }: { step: number }): string =>
  steps[step] === undefined ? `step ${step + 1}: ` : `${called(steps, step)}  `;

const describeCommand = (command: Command, steps: readonly StepState[]): string => {
  switch (command.type) {
    case 'go':
      return 'go';
    case 'skip':
    case 'retry':
    case 'cancel-build':
      return `${command.type} ${called(steps, command.step)}`;
    case 'set-jobs':
      return `jobs ${command.jobs}`;
    case 'set-delay':
      return `delay ${clockTime(command.delayMs)}`;
    case 'set-gate':
      return `gate ${plainText(command.gate)}=${thresholdsText(command.gate, command.thresholds)}`;
    case 'pause':
      return command.forMs === undefined ? 'pause' : `pause for ${duration(command.forMs)}`;
    case 'take-over':
      return 'take over';
    case 'end-session':
      return `end pid ${command.pid}`;
    case 'survey':
      return 'look at what a rollback would drop';
    case 'roll-back':
      return command.all ? 'roll back' : 'roll back what was chosen';
    default:
      return command.type;
  }
};

const retry = (retryAt: string | null, at: string): string =>
  retryAt === null ? '' : `; tried again in ${duration(Date.parse(retryAt) - Date.parse(at))}`;

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const preflight = (event: Extract<RunEvent, { type: 'preflight.finished' | 'recheck.finished' }>): string => {
  const at = (wanted: Level) => event.findings.filter(({ level, waived }) => level === wanted && !waived).length;
  const waived = event.findings.filter((finding) => finding.waived).length;
  const parts = [count(at('blocks'), 'finding blocks', 'findings block'), count(at('warning'), 'warning', 'warnings')];
  return `preflight: ${[...parts, ...(waived === 0 ? [] : [`${waived} waived`])].join(', ')}`;
};

/** More than these are counted. */
const MOST_TOLD = 3;

const told = (word: string, codes: readonly string[]): string => {
  if (codes.length === 0) return '';
  const rest = codes.length - MOST_TOLD;
  return `${word} ${codes.slice(0, MOST_TOLD).map(plainText).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

/** What is in order is not told: it comes and goes with what is not. */
const lookedAgain = (event: Extract<RunEvent, { type: 'preflight.changed' }>): string => {
  const fresh = event.findings.filter(({ level }, at) => level !== 'ok' && event.added.includes(event.keys[at] ?? ''));
  const texts = [
    told(
      'cleared',
      event.cleared.filter(isOpen).map(({ code }) => code),
    ),
    told(
      'new',
      fresh.map(({ code }) => code),
    ),
  ].filter((text) => text !== '');
  return `looked again: ${texts.length === 0 ? 'as before, with other numbers' : texts.join('; ')}`;
};

const describeServer = (server: ServerIdentity): string =>
  `${plainText(server.version)}, ${server.inRecovery ? 'a standby' : `timeline ${server.timeline ?? 'unknown'}`}, system ${server.system === null ? 'unknown' : plainText(server.system)}, started ${plainText(server.startedAt)}`;

const describeChange = ({ kind, from, to }: Extract<RunEvent, { type: 'server.changed' }>): string => {
  const is = describeServer(to);
  switch (kind) {
    case 'restarted':
      return `THE SERVER RESTARTED, at ${plainText(to.startedAt)}: going on`;
    case 'failed-over':
      return `THE SERVER FAILED OVER, from timeline ${from.timeline} to ${to.timeline} (${is}): nothing begins until it was looked at`;
    case 'unidentified':
      return `THE SERVER STARTED ANEW, and does not say whether it is the same one (${is}): nothing begins until it was looked at`;
    case 'back':
      return `the server of this run answers again (${is})`;
    default:
      return `${REFUSED_WORDS[kind].toUpperCase()}: ${is}; nothing begins, and nothing is sent to it`;
  }
};

const DROPPED: Record<DropCause, string> = {
  'failed-build': 'what the failed build left',
  'agreed-leftover': 'the invalid leftover',
  planned: 'it, as the plan says',
  replaced: 'what is rebuilt',
  rollback: 'it again',
};

const surveyed = ({ indexes, unfinished }: Extract<RunEvent, { type: 'rollback.surveyed' }>): string => {
  const there = indexes.filter(({ standing }) => standing !== 'gone');
  const used = there.filter(({ scans }) => (scans ?? 0) > 0).length;
  const size = there.reduce((sum, index) => sum + (index.bytes ?? 0), 0);
  const begun = unfinished.length === 0 ? '' : `, ${unfinished.length} unfinished`;
  return `a rollback would drop ${countedText(indexes.filter(droppable))}, ${bytes(size)} in all, ${used} used since${begun}`;
};

const rolledBack = ({
  dropped,
  left,
  differences,
  rebuilt = [],
}: Extract<RunEvent, { type: 'rollback.finished' }>): string => {
  const others = differences === null ? 0 : differenceCount(differences);
  const compared =
    differences === null
      ? 'no list of what was there before to compare with'
      : others === 0
        ? 'the catalog has nothing that was not there before, and lacks nothing'
        : `others changed since: ${[...differences.added, ...differences.missing, ...differences.changed].map(({ schema, name }) => plainText(`${schema}.${name}`)).join(', ')}`;
  return `rolled back: ${countedText(dropped)} dropped and gone, ${rebuilt.length === 0 ? '' : `${rebuilt.length} built again, `}${left.length === 0 ? 0 : countedText(left)} left; ${compared}`;
};

const verified = (event: Extract<RunEvent, { type: 'verify.finished' }>): string => {
  const { counts, verdict } = event;
  const more = counts == null ? '' : `; ${moreOrFewer(counts.difference.idxIndexes)} named idx_ than before`;
  if (event.ok) return `verified: ${verifiedWords(event.results)}${more}`;
  if (event.results.some(({ ok }) => !ok)) return `verification FAILED for ${failedWords(event.results)}${more}`;
  return `verification ${verdict === 'review' ? 'to be REVIEWED' : 'FAILED'}: ${plainText(event.rule ?? 'no rule given')}`;
};

const statementsRead = ({ when, statements, why }: Extract<RunEvent, { type: 'statements.read' }>): string => {
  if (why !== null) return `pg_stat_statements, ${when}: not read: ${plainText(why)}`;
  const [most] = statements;
  const first = most === undefined ? '' : `, ${queryTime(most.meanMs)} a call for the most expensive`;
  return `pg_stat_statements, ${when}: ${count(statements.length, 'statement', 'statements')} on the plan's tables${first}`;
};

const sizeBefore = ({ replaced }: Extract<RunEvent, { type: 'build.finished' }>): string =>
  replaced === undefined ? '' : ` (${replaced.bytes === null ? 'size unknown' : bytes(replaced.bytes)} before)`;

/** What the log says of an event: one line, no time, no control characters. `steps`: the run's, for their names. */
export const describeEvent = (event: RunEvent, steps: readonly StepState[] = []): string => {
  switch (event.type) {
    case 'run.started':
      return `run ${event.run} on ${plainText(event.database.database)} at ${plainText(event.database.host)} by ${plainText(event.operator)}${backupWords(event.options)}`;
    case 'run.resumed':
      return `taken up again by ${plainText(event.operator)}${event.purpose === 'rollback' ? ' to be rolled back' : ''}, from the ${event.from}${event.endOrphans ? '; what still builds for it is ended' : ''}`;
    case 'preflight.finished':
      return preflight(event);
    case 'preflight.changed':
      return lookedAgain(event);
    case 'look.failed':
      return `looking again came to nothing: ${describeError(event.error)}`;
    case 'preflight.failed':
      return `preflight could not look: ${describeError(event.error)}. ${event.advice}`;
    case 'run.approved':
      return `go, said ${plainText(event.by)}${event.replaceInvalid.length === 0 ? '' : `; may drop the invalid leftovers with oid ${event.replaceInvalid.join(', ')}`}`;
    case 'baseline.taken':
      return `baseline: ${count(event.indexes, 'index', 'indexes')} in ${event.schemas.map(plainText).join(', ') || 'no schema'}, ${event.idxIndexes} named idx_, ${event.active ?? 'unknown'} active, ${event.rollbacksPerS?.toFixed(1) ?? 'unknown'} rollbacks/s`;
    case 'command.received':
      return `${describeCommand(event.command, steps)}, ordered by ${plainText(event.by)}`;
    case 'command.refused':
      return `${describeCommand(event.command, steps)} refused to ${plainText(event.by)}: ${event.why}`;
    case 'command.dropped':
      return `${describeCommand(event.command, steps)} of ${plainText(event.by)} ${event.how}: ${plainText(event.why)}`;
    case 'section.started':
      return `section ${event.section + 1} begins: ${plainText(event.title)}`;
    case 'section.finished':
      return `section ${event.section + 1} is done: ${plainText(event.title)}`;
    case 'index.inspected':
      return `${about(steps, event)}${describeFound(event.found)}`;
    case 'build.started':
      return `${plainText(event.name)}  ${event.replaces === undefined ? 'build' : `rebuild (oid ${event.replaces.oid} now)`} begins on ${plainText(event.table)}, pid ${event.pid}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`;
    case 'index.identified':
      return `${about(steps, event)}the index has oid ${event.oid}`;
    case 'build.phase_entered':
      return `${about(steps, event)}${plainText(event.phase)}${event.phaseNo === null ? '' : ` (phase ${event.phaseNo}/${event.phases})`}`;
    case 'build.finished':
      return `${plainText(event.name)}  ${event.replaced === undefined ? 'built' : 'rebuilt'} ${event.unwatched ? 'unwatched, within' : 'in'} ${duration(event.durationMs)}, ${bytes(event.bytes)}${sizeBefore(event)}`;
    case 'build.failed':
      return `${plainText(event.name)}  failed: ${describeError(event.error)}${retry(event.retryAt, event.at)}${event.advice === '' ? '' : `. ${event.advice}`}`;
    case 'cancel.requested':
      return `${about(steps, event)}cancel, by ${plainText(event.by)}: ${plainText(event.reason)}`;
    case 'build.cancelled':
      return `${plainText(event.name)}  cancelled by ${plainText(event.by)}${retry(event.retryAt, event.at)}`;
    case 'build.lost':
      return `${plainText(event.name)}  connection lost while building: ${describeError(event.error)}. Finding out what became of it`;
    case 'partitions.found':
      return `${about(steps, event)}${count(event.tables.length, 'partition', 'partitions')} more: ${event.tables.map(({ schema, name }) => plainText(`${schema}.${name}`)).join(', ')}`;
    case 'index.completed':
      return `${plainText(event.name)}  complete: valid, with every partition’s index attached (oid ${event.oid})`;
    case 'reindex.completed':
      return `${plainText(event.name)}  done: ${count(event.rebuilt, 'index', 'indexes')} rebuilt`;
    case 'index.skipped':
      if (event.reason === 'absent') return `${plainText(event.name)}  it is not there: nothing to drop`;
      if (event.reason === 'unmade')
        return `${plainText(event.name)}  left out: the index that it is about was not made, or did not get its name`;
      if (event.reason === 'fresh') return `${plainText(event.name)}  skipped: this run has built it, it is as new`;
      return event.reason === 'equal'
        ? `${plainText(event.name)}  skipped: there already, valid, with the planned definition`
        : `${plainText(event.name)}  left out by ${plainText(event.by ?? 'the abort')}`;
    case 'index.requeued':
      return `${plainText(event.name)}  to be tried again, said ${plainText(event.by)}`;
    case 'step.lost':
      return `${plainText(event.name)}  LOST: ${event.why}. It is done again`;
    case 'drop.started':
      return `${plainText(event.name)}  dropping ${DROPPED[event.why]} (oid ${event.oid})`;
    case 'index.dropped':
      return `${plainText(event.name)}  dropped (oid ${event.oid}) in ${duration(event.durationMs)}`;
    case 'drop.failed':
      if (event.settled)
        return `${plainText(event.name)}  need not be dropped (oid ${event.oid}): ${describeError(event.error)}`;
      return `${plainText(event.name)}  could not be dropped (oid ${event.oid}): ${describeError(event.error)}${retry(event.retryAt, event.at)}`;
    case 'rollback.surveyed':
      return surveyed(event);
    case 'rollback.started':
      return `ROLLBACK by ${plainText(event.by)}: ${event.all ? 'all that this run created' : indexesAndParts(event.oids.length - (event.parts ?? 0), event.parts)} to be dropped`;
    case 'index.kept':
      return `${plainText(event.name)}  not touched (oid ${event.oid}): ${plainText(event.why)}`;
    case 'rollback.finished':
      return rolledBack(event);
    case 'statement.started':
      return `${about(steps, event)}${plainText(event.sql)}`;
    case 'statement.finished':
      return `${about(steps, event)}done in ${duration(event.durationMs)}`;
    case 'statement.failed':
      return `${about(steps, event)}failed: ${describeError(event.error)}${retry(event.retryAt, event.at)}`;
    case 'gate.tripped':
      return `gate ${event.gate} (${event.level}): ${plainText(event.reason)}`;
    case 'gate.cleared':
      return `gate ${event.gate} is clear again`;
    case 'run.paused':
      return `PAUSED (${event.cause}): ${plainText(event.reason)}${event.until === undefined ? '' : `, until ${event.until.slice(11, 19)} UTC`}`;
    case 'run.continued':
      return `pause lifted (${event.gate ?? event.cause}) by ${plainText(event.by)}`;
    case 'abort.started':
      return `ABORT by ${plainText(event.by)}: ${plainText(event.reason)}`;
    case 'jobs.changed':
      return `jobs ${event.from} -> ${event.to}, by ${plainText(event.by)}`;
    case 'delay.changed':
      return `delay between builds ${clockTime(event.fromMs)} -> ${clockTime(event.toMs)}, by ${plainText(event.by)}`;
    case 'gate.changed': {
      const { gate, from, to } = event;
      return `gate ${plainText(gate)}: ${thresholdsText(gate, from)} -> ${thresholdsText(gate, to)}, by ${plainText(event.by)}`;
    }
    case 'session.end_ordered':
      return `pid ${event.pid} (${plainText(event.who)}) is to be ended, by ${plainText(event.by)}`;
    case 'session.ended':
      return event.ended
        ? `pid ${event.pid} (${plainText(event.who)}) was ended`
        : `pid ${event.pid} (${plainText(event.who)}) was NOT ended: ${plainText(event.why)}`;
    case 'operator.changed':
      return `${plainText(event.name)} operates this run now${event.from === null ? '' : `, taken over from ${plainText(event.from)}`}`;
    case 'question.opened':
      return `${plainText(event.name)} is being asked: ${QUESTIONS[event.question]}`;
    case 'question.closed':
      return `${plainText(event.name)} is not being asked any more: ${QUESTIONS[event.question]}`;
    case 'client.joined':
      return `${plainText(event.name)} joined as ${event.role}`;
    case 'client.left':
      return `${plainText(event.name)} ${event.vanished ? 'vanished' : 'left'}`;
    case 'connection.lost':
      return `connection lost (${event.session}): ${describeError(event.error)}. Reconnecting`;
    case 'connection.restored':
      return `connection restored (${event.session}) after ${duration(event.afterMs)}`;
    case 'ledger.failed':
      return `ledger not written: ${describeError(event.error)}. ${plainText(event.advice)}`;
    case 'ledger.restored':
      return `ledger written again after ${duration(event.afterMs)}, with all that it missed`;
    case 'server.identified':
      return `the server is ${describeServer(event.server)}`;
    case 'server.changed':
      return describeChange(event);
    case 'recheck.finished':
      return `looked at again: ${preflight(event)}`;
    case 'recheck.failed':
      return `could not be looked at again: ${describeError(event.error)}`;
    case 'metrics.summarised':
      return `${event.samples} samples summarised`;
    case 'probe.measured':
      return `probe ${plainText(event.name)}  ${plainText(event.verdict === null ? describeMeasured(event) : describeProbe({ after: event }))}`;
    case 'analyze.started':
      return `${plainText(event.schema)}.${plainText(event.table)}  analyze begins: ${plainText(event.why)}`;
    case 'analyze.finished':
      return `${plainText(event.schema)}.${plainText(event.table)}  ${event.error === null ? `analyzed in ${duration(event.durationMs ?? 0)}` : `could not be analyzed: ${describeError(event.error)}`}`;
    case 'statements.read':
      return statementsRead(event);
    case 'verify.finished':
      return verified(event);
    case 'validation.finished':
      return `validation, line ${event.line}: ${event.ok ? `${count(event.rows.length, 'row', 'rows')}${event.more ? ' and more' : ''} in ${event.durationMs.toFixed(0)} ms` : `failed: ${event.error === null ? 'no reason given' : describeError(event.error)}`}`;
    case 'record.kept':
      return event.what === 'log'
        ? `written down in ${plainText(event.where)}`
        : `the message was posted to ${plainText(event.where)}`;
    case 'record.failed':
      return event.what === 'log'
        ? `NOT WRITTEN DOWN in ${plainText(event.where)}: ${plainText(event.problem)}; indexdeck report ${event.run} --format md prints what was to be written`
        : `the message was not posted to ${plainText(event.where)}: ${plainText(event.problem)}`;
    case 'run.finished':
      return `run finished with status ${event.status}: ${plainText(event.reason)}`;
  }
};
