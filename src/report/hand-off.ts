import {
  backupWords,
  builtOf,
  builtWords,
  dropsWords,
  type Facts,
  impactWords,
  improvementWords,
  placeOf,
  rollbackWords,
  STATUS_WORDS,
  usageWords,
  verifiedWords,
} from './summary.ts';

/** What whoever takes the next step has to know, a line each. */
export const handOff = (facts: Facts): string[] => [
  `Status: ${STATUS_WORDS[facts.status]}${facts.exitStatus === null ? '' : ` (${facts.exitStatus})`}, run ${facts.run} on ${placeOf(facts)}`,
  `Indexes added: ${builtOf(facts).length} (target ${facts.indexes.length}): ${builtWords(facts)}; ${verifiedWords(facts)}`,
  ...(facts.drops === undefined ? [] : [`Indexes dropped by the plan: ${dropsWords(facts.drops)}`]),
  `Before -> after: ${improvementWords(facts)}`,
  `Index usage: ${usageWords(facts)}`,
  `Impact: ${impactWords(facts)}`,
  `Backup: ${backupWords(facts)}`,
  `Rollback: ${rollbackWords(facts)}`,
];
