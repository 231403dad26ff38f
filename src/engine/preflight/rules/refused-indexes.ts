import type { Rule } from '../facts.ts';
import { count, finding, list } from '../finding.ts';
import { explainedRefusal } from './explained-refusal.ts';

/** What the server itself said when it built the planned indexes on empty copies of their tables. */
export const refusedIndexes: Rule = ({ indexes, refusalCauses, server }) => {
  // A failing right, or a table that is locked, says nothing of the index.
  const tried = indexes.filter(({ found, replaced }) => found.kind === 'none' || replaced);
  const refused = tried.flatMap(({ step, create, tried: outcome }) => {
    if (outcome === null || !('sqlstate' in outcome) || !outcome.copied) return [];
    const said = [outcome.message, outcome.detail].filter((text) => text !== '').join('. ');
    const cause = refusalCauses.get(step);
    if (cause !== undefined) return [explainedRefusal(create, cause, said)];
    return [
      finding(
        'blocks',
        'index-refused',
        {
          what: `The server does not take this index: ${said}.`,
          why: `It was tried on an empty copy of the table, and the build would fail in the same way (${outcome.sqlstate}).`,
          advice: outcome.hint || 'Correct the statement, or make what it needs first (column, function, extension).',
        },
        create,
      ),
    ];
  });
  const untried = tried.flatMap(({ create, tried: outcome }) =>
    outcome !== null && 'sqlstate' in outcome && !outcome.copied ? [{ name: create.name, why: outcome.message }] : [],
  );
  if (server.event_triggers) {
    for (const { create } of tried) untried.push({ name: create.name, why: 'event triggers would run for it' });
  }
  if (untried.length === 0) return refused;
  const names = list(untried.map(({ name }) => name));
  return [
    ...refused,
    finding('note', 'index-untried', {
      what: `${count(untried.length, 'index', 'indexes')} could not be tried on an empty copy of the table: ${names}.`,
      why: `The reason: ${list([...new Set(untried.map(({ why }) => why))], 3)}. What a statement gets wrong shows only at its build.`,
      advice:
        'Where the plan ran on staging before, there is nothing to do. Else take the reason away, such as by GRANT TEMPORARY ' +
        'ON DATABASE, and look again.',
    }),
  ];
};
