import type { Finding } from '../../../plan/types.ts';
import type { ErrorPolicy } from '../../../run/index.ts';
import { sideBySide } from '../../catalog/index.ts';
import type { IndexFinding, Rule } from '../facts.ts';
import { count, finding, ok } from '../finding.ts';
import { isBegun } from './resumed.ts';

const POLICY: Readonly<Record<ErrorPolicy, string>> = {
  pause: 'the run will pause there',
  skip: 'it will be left out',
  abort: 'the run will abort there',
};

/** What stands where each planned index belongs, those aside that a run before its stop had begun or built. */
export const indexes: Rule = (facts) => {
  const { options } = facts;
  const fresh = facts.indexes.filter(({ step }) => !isBegun(facts.resumed, step));
  const replaced = fresh.filter(({ replaced: is }) => is);
  const all = fresh.filter((index) => !index.replaced);
  const missing = replaced.length + all.filter(({ found }) => found.kind === 'none').length;
  const summary = missing > 0 ? [ok('to-build', `${count(missing, 'index', 'indexes')} to build.`)] : [];
  return [
    ...summary,
    ...replaced.flatMap(replacedInVain),
    ...all.flatMap((index) => standing(index, options.onError, options.replaceInvalid)),
  ];
};

function replacedInVain({ create, found }: IndexFinding): Finding[] {
  if (found.kind !== 'equal') return [];
  return [
    finding(
      'warning',
      'replaced-in-vain',
      {
        what: `${create.name} is there already, valid and as planned, and the plan drops it and builds it anew.`,
        why: 'Afterwards it is as before, and meanwhile it is missing.',
        advice:
          'Take both statements out, unless it is bloated; then REINDEX INDEX CONCURRENTLY does it without a gap.',
      },
      create,
    ),
  ];
}

function standing({ create, found, row, tried }: IndexFinding, onError: ErrorPolicy, agreed: boolean): Finding[] {
  const { name } = create;
  const policy = POLICY[onError];
  switch (found.kind) {
    case 'none':
    case 'no-table':
    case 'to-drop':
    case 'to-rename':
    case 'to-reindex':
    case 'reindex-parts':
      return [];
    case 'equal':
      return [
        finding(
          'note',
          'index-equal',
          {
            what: `${name} is there already, valid and as planned.`,
            why: 'It is not built again, and does not count as made by this run.',
            advice: 'Nothing to do.',
          },
          create,
        ),
      ];
    case 'incomplete':
      // One that is made of its partitions' has a finding of its own.
      if (!create.only) return [];
      return [
        finding(
          'note',
          'index-equal',
          {
            what: `${name} is there already, ON ONLY its table and as planned; not every partition is attached to it.`,
            why: 'It is not made again, and does not count as made by this run.',
            advice: 'Nothing to do.',
          },
          create,
        ),
      ];
    case 'different':
      return [
        {
          ...finding(
            'warning',
            'index-different',
            {
              what: `${name} is there already, but differs from the plan: ${found.differences.join('; ')}.`,
              why: `IF NOT EXISTS would pass over it in silence. Here ${policy} (--on-error ${onError}).`,
              advice:
                'Give the planned index another name, take it out of the plan, or drop the one that is there by hand first.',
            },
            create,
          ),
          compare: sideBySide(row, create, tried, found),
        },
      ];
    case 'invalid':
      return [
        finding(
          'warning',
          'index-invalid',
          {
            what: `${name} is there (oid ${found.oid}), but not valid: a build that failed left it, and nobody is building it.`,
            why: found.ready
              ? 'No query uses it, every write pays for it, and if it is unique it rejects rows.'
              : 'No query uses it, and it keeps the name taken.',
            advice: agreed
              ? '--replace-invalid is given: it will be dropped concurrently and built anew.'
              : `Agree to drop and rebuild it, with the go or by --replace-invalid. Otherwise ${policy} (--on-error ${onError}).`,
          },
          create,
        ),
      ];
    case 'building':
      return [
        finding(
          'warning',
          'index-building',
          {
            what: `${name} (oid ${found.oid}) is being built right now by pid ${found.pid}, "${found.application ?? 'unknown'}".`,
            why: `It is not touched while somebody works on it. If that is still so when its turn comes, ${policy}.`,
            advice: 'Wait for that build to end and look again.',
          },
          create,
        ),
      ];
    case 'other-relation':
      return [
        finding(
          'warning',
          'name-taken',
          {
            what: `${row.table_schema}.${name} is there already, but it is ${found.what}, not an index.`,
            why: `Tables and indexes share their names: the build would fail. Here ${policy} (--on-error ${onError}).`,
            advice: 'Give the planned index another name.',
          },
          create,
        ),
      ];
  }
}
