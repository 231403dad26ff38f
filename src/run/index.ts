export { CODES } from '../plan/findings/index.ts';
export { type PlanJson, planToJson } from '../plan/json.ts';
export { normaliseStatement } from '../plan/normalise.ts';
export type { Finding, Level, Plan } from '../plan/types.ts';
export { capitalised, whatIsAhead } from './ahead.ts';
export { attachedUnder, attachments, partsDone } from './attached.ts';
export { CHANGES, readChange } from './change-text.ts';
export {
  beforeDrop,
  type Claim,
  claimOfFailed,
  claimOfLost,
  type IndexAt,
  leftoverOf,
  outcomeOfLost,
  outcomeOfSuccess,
  type Traces,
} from './claim.ts';
export {
  type AfterReindex,
  definitionTail,
  type NamedAt,
  needsDefinitions,
  outcomeOfReindex,
  type ReindexEnd,
  type ReindexTraces,
} from './claim-reindex.ts';
export type { Actor, Command, OrderSource, Question } from './commands.ts';
export { countedText, indexesAndParts, partMark, tallied } from './counted.ts';
export { decide } from './decide.ts';
export { describeError, describeEvent, describeFound, QUESTIONS } from './describe.ts';
export { type Action, type Effect, effectKey, type Slot, type World } from './effects.ts';
export { isPassing, ownError } from './errors.ts';
export { borrowSamples } from './estimates/borrow.ts';
export { estimateIndexes, type PartEstimate, type StepEstimate } from './estimates/estimate-indexes.ts';
export type * from './estimates/facts.ts';
export { stepEstimate, type TimeLeft, timeLeft } from './estimates/left.ts';
export { estimateOf, estimateOutcome, leavesOf, workedOn } from './estimates/of-step.ts';
export type { Range } from './estimates/range.ts';
export { rowsPerPage } from './estimates/rows.ts';
export { withStaged } from './estimates/staged.ts';
export { bytesRange, shortTimeRange, timeRange } from './estimates/text.ts';
export { type EstimateTotals, estimateTotals } from './estimates/totals.ts';
export { workedMs } from './estimates/worked.ts';
export { EVENT_TYPES } from './event-types.ts';
export type * from './events.ts';
export { evolve, initialState, replay } from './evolve.ts';
export { bytes, clockTime, duration } from './format.ts';
export { BASELINE_MS, usualRollbackRate } from './gates/baseline-rate.ts';
export { DEFAULT_GATES, GATE_UNITS, type GateUnit, isOff } from './gates/defaults.ts';
export { evaluateGates, type GateMemory, type GateSignal, newGateMemory } from './gates/evaluate.ts';
export {
  formatOwnValue,
  judgeOwnGate,
  newOwnGateMemory,
  type OwnGate,
  type OwnGateMemory,
  type OwnReading,
} from './gates/own.ts';
export { Unreadable } from './gates/parse.ts';
export { absoluteThresholds, formatGateValue, readGate } from './gates/readings.ts';
export { thresholdsText } from './gates/thresholds-text.ts';
export { GATE_NAMES, type GateLevel, type GateName, type GateThresholds } from './gates/types.ts';
export { handOf } from './hand.ts';
export { absentMetric } from './impact/absent.ts';
export {
  type Impact,
  type ImpactLine,
  type ImpactMoment,
  type ImpactUnit,
  type ImpactVerdict,
  impactNumber,
  impactOf,
} from './impact.ts';
export type { BuildOutcome, DropOutcome, Input, RecordResult, Response } from './inputs.ts';
export { type InvalidLeftover, invalidLeftovers, shownDrops } from './leftovers.ts';
export { MOST_DELAY_MS, MOST_JOBS } from './order-change.ts';
export { hasItsNeeds, isStuck, partsOf, planned } from './parts.ts';
export { plainText } from './plain-text.ts';
export { changedFindings } from './preflight/change.ts';
export { isNewQuestion } from './preflight/checklist.ts';
export { type AheadEstimate, estimateAhead } from './preflight/estimate.ts';
export { findingKeys, isOpen } from './preflight/keys.ts';
export { type PreflightSummary, preflightSummary } from './preflight/summary.ts';
export { type SummaryLine, summaryHead, summaryLines } from './preflight/summary-text.ts';
export { describeBack } from './probes/back-text.ts';
export { maskLiterals, withoutLiterals } from './probes/literals.ts';
export { describeMeasuring, type Measuring, measuring } from './probes/measuring.ts';
export {
  describeComparison,
  describeMeasured,
  describePlanUse,
  describeProbe,
  describeTarget,
  queryTime,
} from './probes/text.ts';
export type { ClientMessage, ClientRole, EngineMessage } from './protocol.ts';
export { rebuildOf, removedBy } from './rebuild.ts';
export { countWords, type Rebuilds, rebuildsOf } from './rebuilds.ts';
export { isFresh, isReindexing, reindexedBy, singleReindexes } from './reindex.ts';
export { isRenaming, namesOf, type Renaming, renamedBy } from './rename.ts';
export { respond } from './respond.ts';
export { differenceCount, droppable, isToBeDropped, isToBeRebuilt, rebuildable } from './rollback.ts';
export { describeSurveyed, isUsed, rebuiltStay, rollbackSum, rollbackWarnings } from './rollback-text.ts';
export type * from './samples.ts';
export { begunSections, isTerminal, jobsNow, nextBuildAt, turnOf } from './schedule.ts';
export {
  compareServers,
  isSameServer,
  REFUSED_WORDS,
  type RefusedServer,
  refusalOf,
  type ServerIdentity,
} from './server.ts';
export { gaveUp, takesShortLock } from './short-lock.ts';
export { sideBySideLines } from './side-by-side.ts';
export type * from './state.ts';
export { type RunStatus, STATE_WORDS, type StateWord, stateWord, statusOf } from './status.ts';
export { builtWith, runnableSteps, stepName } from './steps.ts';
export { lastSummary, newSummaryMemory, type SummaryMemory, summarise } from './summary.ts';
export { migrationsToMark, type ToMark } from './to-mark.ts';
export { UNIQUE_CHECK, type UniqueCheckOptions } from './unique-check.ts';
export type { UsageFacts } from './usage.ts';
export { moreOrFewer, sortResults } from './verify/words.ts';
export { wayBack } from './way-back.ts';
