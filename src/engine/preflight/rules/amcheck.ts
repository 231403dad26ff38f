import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

const WHY = 'With --amcheck the run is verified only when each B-tree index was gone through.';

/** bt_index_check comes with an extension, and only superusers may call it at first. */
export const amcheck: Rule = ({ amcheck: found, server }) => {
  if (found === null) return [];
  if (!found.installed)
    return [
      finding('blocks', 'no-amcheck', {
        what: '--amcheck was asked for, and the extension amcheck is not installed in this database.',
        why: WHY,
        advice: 'CREATE EXTENSION amcheck as a superuser, or go without --amcheck.',
      }),
    ];
  if (!found.allowed)
    return [
      finding('blocks', 'no-amcheck-right', {
        what: `--amcheck was asked for, and ${server.user} may not call bt_index_check.`,
        why: WHY,
        advice: `GRANT EXECUTE ON FUNCTION bt_index_check(regclass) TO ${server.user} as a superuser, or go without --amcheck.`,
      }),
    ];
  return [ok('amcheck', 'Each B-tree index can be gone through in the end with amcheck.')];
};
