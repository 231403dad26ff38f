import {
  backupWords,
  builtOf,
  builtWords,
  type Facts,
  impactWords,
  improvementWords,
  outcomesWords,
  placeOf,
  reindexesWords,
  rollbackWords,
  STATUS_WORDS,
  usageWords,
  verifiedWords,
} from './summary.ts';

const MOST_NAMED = 3;

/** Which migration to mark as applied, and how. */
const markWords = ({ tool, file, version, command, how, notRun }: NonNullable<Facts['toMark']>[number]): string => {
  const which = version === file ? `${file} (${tool})` : `${file} (${tool} ${version})`;
  const way = command === null ? how : `${command}${how === '' ? '' : ` (${how})`}`;
  if (notRun.length === 0) return `Mark as applied: ${which}: ${way}`;
  const named = notRun.slice(0, MOST_NAMED).map(({ line, what }) => `line ${line} ${what}`);
  const more = notRun.length > MOST_NAMED ? ` and ${notRun.length - MOST_NAMED} more` : '';
  return `Not to be marked as applied yet: ${which}: not run, since left out: ${named.join('; ')}${more}. Once these have been run: ${way}`;
};

/** What whoever takes the next step has to know, a line each. */
export const handOff = (facts: Facts): string[] => [
  `Status: ${STATUS_WORDS[facts.status]}${facts.exitStatus === null ? '' : ` (${facts.exitStatus})`}, run ${facts.run} on ${placeOf(facts)}`,
  `Indexes added: ${builtOf(facts).length} (target ${facts.indexes.length}): ${builtWords(facts)}; ${verifiedWords(facts)}`,
  ...(facts.reindexes === undefined ? [] : [`Indexes rebuilt by the plan: ${reindexesWords(facts.reindexes)}`]),
  ...(facts.drops === undefined ? [] : [`Indexes dropped by the plan: ${outcomesWords(facts.drops)}`]),
  `Before -> after: ${improvementWords(facts)}`,
  `Index usage: ${usageWords(facts)}`,
  `Impact: ${impactWords(facts)}`,
  `Backup: ${backupWords(facts)}`,
  `Rollback: ${rollbackWords(facts)}`,
  ...(facts.toMark ?? []).map(markWords),
];
