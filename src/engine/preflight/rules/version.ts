import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

const OLDEST = 13;
const NEWEST = 18;

/** Versions that build sound indexes, and that this program was tried on. */
export const version: Rule = ({ server }) => {
  const { version: name, version_num: number } = server;
  const major = Math.floor(number / 10_000);
  if (major < OLDEST) {
    return [
      finding('blocks', 'version-too-old', {
        what: `The server is PostgreSQL ${name}.`,
        why: `indexdeck reads views and columns that ${OLDEST} brought.`,
        advice: `Upgrade the server to a supported version, ${OLDEST} to ${NEWEST}.`,
      }),
    ];
  }
  if (major === 14 && number < 140004) {
    return [
      finding('blocks', 'version-corrupts', {
        what: `The server is PostgreSQL ${name}.`,
        why: 'CREATE INDEX CONCURRENTLY of 14.0 to 14.3 can build indexes that miss rows, and nobody is told (fixed in 14.4).',
        advice:
          'Update the server to 14.4 or later first. Check indexes that were built concurrently on this one with ' +
          'pg_amcheck --heapallindexed, or REINDEX them after the update.',
      }),
    ];
  }
  if (major > NEWEST) {
    return [
      finding('warning', 'version-untried', {
        what: `The server is PostgreSQL ${name}, newer than any that indexdeck was tried on.`,
        why: 'Views and phases may have changed: what is shown of a build may be wrong.',
        advice: `Try the plan on a staging server of this version first, or look for an indexdeck that knows ${major}.`,
      }),
    ];
  }
  return [ok('version', `PostgreSQL ${name}.`)];
};
