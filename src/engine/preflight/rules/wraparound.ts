import type { Finding } from '../../../plan/types.ts';
import type { Rule } from '../facts.ts';
import { finding, list } from '../finding.ts';
import { tableItems } from '../partition-words.ts';
import type { TableNow } from '../tables-now.ts';

/** From this share of the limit on a vacuum may come within the window. */
const NEAR = 0.95;

const number = (n: number): string => n.toLocaleString('en');

interface Age extends TableNow {
  share: number;
  said: string;
}

/** The one of its two ages that is nearer to its limit; null for what is never frozen. */
function worst(table: TableNow): Age | null {
  const { condition, name } = table;
  const {
    frozen_age: age,
    freeze_max_age: most,
    multixact_age: multi,
    multixact_freeze_max_age: mostMulti,
  } = condition;
  const ages: Age[] = [];
  const add = (n: number, limit: number, unit: string) =>
    ages.push({ ...table, share: n / limit, said: `${name} (${number(n)} of ${number(limit)} ${unit})` });
  if (age !== null) add(age, most, 'transactions');
  if (multi !== null) add(multi, mostMulti, 'multixacts');
  return ages.reduce<Age | null>((most, each) => (most === null || each.share > most.share ? each : most), null);
}

/**
 * A vacuum against wraparound takes the same lock as a concurrent build, and does not give way, unlike other autovacuums:
 * whichever comes second waits for the other to end.
 */
export const wraparound: Rule = ({ tables }) => {
  const running = tables.filter(({ work }) => work.some((each) => each.wraparound));
  const waiting = tables.filter((table) => !running.includes(table));
  const ages = waiting.flatMap((table) => worst(table) ?? []).sort((a, b) => b.share - a.share);
  const due = ages.filter(({ share }) => share >= 1);
  const near = ages.filter(({ share }) => share >= NEAR && share < 1);
  return [...atWork(running), ...ahead('warning', due), ...ahead('note', near)];
};

function atWork(tables: readonly TableNow[]): Finding[] {
  if (tables.length === 0) return [];
  const each = tableItems(tables, ({ name, work }) => {
    const vacuum = work.find((one) => one.wraparound);
    const { vacuum_phase: phase = null, vacuum_share: share = null } = vacuum ?? {};
    const far = phase === null ? '' : `, ${phase}${share === null ? '' : `, ${Math.floor(share * 100)} % scanned`}`;
    return `${name} (pid ${vacuum?.pid}${far})`;
  });
  return [
    finding('warning', 'wraparound-vacuum', {
      what: `A vacuum against wraparound is running: ${list(each)}.`,
      why: 'A build on that table cannot begin before its end, however long that is: unlike other autovacuums it gives way to nobody.',
      advice: 'Let it finish, and deploy then. Cancelled it would start anew, and the server needs it.',
    }),
  ];
}

function ahead(level: 'warning' | 'note', ages: readonly Age[]): Finding[] {
  if (ages.length === 0) return [];
  const when = level === 'warning' ? 'is due' : 'is due before long';
  return [
    finding(level, level === 'warning' ? 'wraparound-due' : 'wraparound-near', {
      what: `A vacuum against wraparound ${when}: ${list(tableItems(ages, ({ said }) => said))}.`,
      why: 'Autovacuum begins it at any moment, and it gives way to nobody: builds on that table then wait for its end.',
      advice:
        'VACUUM (FREEZE) these tables first, in a quiet hour. Vacuums of these take long where the tables are large.',
    }),
  ];
}
