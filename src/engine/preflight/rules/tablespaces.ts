import { quoteIdent } from '../../../plan/ident.ts';
import { defaultTablespace } from '../default-tablespaces.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list } from '../finding.ts';

/** Indexes that go elsewhere than the database by a default, which the trial on a temporary copy does not see. */
export const tablespaces: Rule = (facts) => {
  const { indexes, tablespaces: known, server } = facts;
  const by = new Map<string, string[]>();
  for (const index of indexes) {
    const name = index.found.kind === 'no-table' ? null : defaultTablespace(index);
    if (name !== null && known.has(name)) by.set(name, [...(by.get(name) ?? []), index.create.name]);
  }
  return [...by].map(([name, names]) => {
    const which = `${count(names.length, 'index', 'indexes')} of the plan (${list(names, 5)})`;
    const what = `${which} ${names.length === 1 ? 'goes' : 'go'} to the tablespace ${name}, by default_tablespace.`;
    if (known.get(name) === true) {
      return finding('note', 'default-tablespace', {
        what,
        subject: name,
        why: 'The statements do not say so, and how much room there is in it cannot be asked by SQL.',
        advice: `See that there is room. To have them with the tables: SET default_tablespace = '' in the plan.`,
      });
    }
    return finding('blocks', 'no-tablespace-right', {
      what: `${what} ${server.user} may not create anything there.`,
      subject: name,
      why: 'Each of these builds would fail at once.',
      advice: `GRANT CREATE ON TABLESPACE ${quoteIdent(name)} TO ${quoteIdent(server.user)}, or SET default_tablespace = '' in the plan.`,
    });
  });
};
