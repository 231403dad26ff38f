import { describeSurveyed, type RunState, rollbackSum, rollbackWarnings, type SurveyedIndex } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';

/** What a rollback will do, to which database, and what it cannot give back: as lines for a person. */
export const rollbackListing = (state: RunState, chosen: readonly SurveyedIndex[], now: number): string[] => {
  const { host, port, database } = state.database;
  const where = `${plainText(database)} at ${plainText(host)}:${port}`;
  const sections = state.sections.flatMap(({ title }, at) => {
    const indexes = chosen.filter(({ step }) => state.steps[step]?.section === at);
    if (indexes.length === 0) return [];
    return [
      `  section ${at + 1}: ${plainText(title)}`,
      ...indexes.map(
        (index) => `    ${plainText(`${index.schema}.${index.name}`)}  ${describeSurveyed(state, index, now)}`,
      ),
    ];
  });
  return [
    `rollback of run ${state.run} on ${where}: drops ${rollbackSum(chosen)}`,
    ...sections,
    ...rollbackWarnings(state, state.survey ?? { indexes: [], unfinished: [], statsReset: null }),
  ];
};
