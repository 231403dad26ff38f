import { bytes, bytesRange, duration, impactNumber, plainText, queryTime, timeRange } from '../run/index.ts';
import { comparedLines } from './estimate-words.ts';
import type { Report } from './schema.ts';
import {
  backupWords,
  builtOf,
  builtWords,
  clock,
  impactWords,
  outcomesWords,
  reindexesWords,
  rollbackWords,
  STATUS_WORDS,
  sectionsDone,
} from './summary.ts';

type Usage = NonNullable<Report['usage']>;
type Estimates = NonNullable<Report['estimates']>;

/** Text of others on one line of Markdown, in which nothing of it is markup. */
const md = (text: string): string =>
  plainText(text)
    .replace(/[\\`*[\]<|~&]|^>/g, '\\$&')
    // Inside a word it is no markup, and names are full of it.
    .replace(/(?<!\w)_|_(?!\w)/g, '\\_');

/** A name, as code: nothing in it is markup, and a backtick would end it. */
const code = (text: string): string => `\`${plainText(text).replaceAll('`', '’').replaceAll('|', '\\|')}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

const unknown = <Value>(value: Value | null, of: (value: Value) => string = String): string =>
  value === null ? 'unknown' : of(value);

/** What is only there for some. */
const maybe = <Value>(value: Value | null, of: (value: Value) => string): string => (value === null ? '-' : of(value));

const span = ({ approvedAt, startedAt, until, durationMs, finishedAt }: Report): string =>
  `${clock(approvedAt ?? startedAt)} to ${clock(until)}${finishedAt === null ? ' and not ended' : ''}, ${duration(durationMs)}`;

const about = (report: Report): string[] => {
  const { database, serverVersion, environment, operator, plan, matches, run, engines } = report;
  const others = engines.filter(({ purpose }) => purpose !== 'deploy');
  const compared =
    matches === null
      ? 'not compared with a staging run'
      : matches.differences.length === 0
        ? `equal to run ${md(matches.run)} on ${md(matches.database)}`
        : `${matches.differences.length} differences to run ${md(matches.run)} on ${md(matches.database)}`;
  return table(
    ['', ''],
    [
      ['Date', span(report)],
      ['Run', code(run)],
      [
        'Database',
        `${md(database.database)} at ${md(database.host)}:${database.port}, PostgreSQL ${md(serverVersion ?? 'of unknown version')}, as ${md(database.user)}`,
      ],
      ...(environment === null ? [] : [['Environment', md(environment)]]),
      ['Operator', md(operator)],
      ...others.map(({ at, operator: who, purpose, host }) => [
        purpose === 'rollback' ? 'Rolled back' : 'Resumed',
        `${clock(at)} by ${md(who)} on ${md(host)}`,
      ]),
      ['Script', `${plan.files.map(md).join(', ')}, fingerprint ${code(plan.fingerprint.slice(0, 16))}, ${compared}`],
      ['Backup', md(backupWords(report))],
    ],
  );
};

/** Bytes now, and before where both are known. */
const sizeLine = (now: number | null, then: number | null): string =>
  now === null || then === null ? unknown(now, bytes) : `${bytes(then)} -> ${bytes(now)}`;

/** `earlier`: what it is compared with. */
const stateLines = (state: Report['before'], none: string, earlier: Report['before'] = null): string[] => {
  if (state === null) return [none];
  const { at, schemas, indexes, idxIndexes, databaseBytes, active, connections, rollbacksPerS } = state;
  return [
    `- Indexes in ${schemas.map(md).join(', ') || 'no schema'}: ${unknown(indexes)}, of them named idx\\_: ${unknown(idxIndexes)}`,
    `- Database size: ${sizeLine(databaseBytes, earlier?.databaseBytes ?? null)}`,
    `- Active sessions: ${unknown(active)}, connections: ${unknown(connections)}, rollbacks: ${unknown(rollbacksPerS, (rate) => `${rate.toFixed(1)}/s`)}`,
    `- Read at ${clock(at)}`,
  ];
};

const sectionLines = (report: Report): string[] => {
  const rows = report.sections.map(
    ({ number, title, planned, built, equal, failed, skipped, dropped, open, ...when }) => {
      const { startedAt, finishedAt } = when;
      const took =
        startedAt === null
          ? 'not begun'
          : finishedAt === null
            ? 'not finished'
            : duration(Date.parse(finishedAt) - Date.parse(startedAt));
      const others = [
        [equal, 'there already'],
        [failed, 'failed'],
        [skipped, 'left out'],
        [dropped, 'dropped again'],
        [open, 'open'],
      ] as const;
      const rest = others.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
      return [String(number), md(title), `${built} of ${planned}`, rest.join(', ') || '-', took];
    },
  );
  return [`Sections: ${sectionsDone(report)}`, '', ...table(['#', 'Section', 'Built', 'Else', 'Time'], rows)];
};

/** Largest first, as the runbook lists them. */
const bySize = (a: Report['indexes'][number], b: Report['indexes'][number]): number =>
  (b.bytes ?? -1) - (a.bytes ?? -1) || a.step - b.step;

const verifiedWord = (verified: boolean | null): string =>
  verified === null ? 'not verified' : verified ? 'verified' : 'FAILED';

const indexLines = (report: Report): string[] => {
  const built = [...builtOf(report)].sort(bySize);
  const rest = report.indexes.filter(({ outcome }) => outcome !== 'built');
  const created = table(
    ['Index', 'Table', 'Size', 'Time', 'Verified'],
    built.map(({ name, schema, table: on, bytes: size, durationMs, atMost, verified, problems }) => [
      code(name),
      md(schema === null ? on : `${schema}.${on}`),
      unknown(size, bytes),
      `${atMost ? 'at most ' : ''}${unknown(durationMs, duration)}`,
      `${verifiedWord(verified)}${problems.length === 0 ? '' : `: ${problems.map(md).join('; ')}`}`,
    ]),
  );
  return [
    `Indexes created: ${md(builtWords(report))}`,
    ...(built.length === 0 ? [] : ['', ...created]),
    ...(rest.length === 0
      ? []
      : [
          '',
          'The others:',
          '',
          ...rest.map(
            ({ name, outcome, note, problems }) =>
              `- ${code(name)}: ${outcome === 'equal' ? 'there already, as planned' : outcome}${[note, ...problems]
                .filter((each): each is string => Boolean(each))
                .map((each) => `; ${md(each)}`)
                .join('')}`,
          ),
        ]),
  ];
};

const dropLines = ({ drops = [] }: Report): string[] =>
  drops.length === 0
    ? []
    : [
        `Indexes dropped by the plan: ${md(outcomesWords(drops))}`,
        '',
        ...table(
          ['Index', 'Table', 'Outcome', 'Size before', 'Scans before', 'Definition'],
          drops.map(({ name, schema, table: on, outcome, bytes: size, scans, definition, note }) => [
            code(schema === null ? name : `${schema}.${name}`),
            on === null ? '-' : md(on),
            md(`${outcome}${note === null ? '' : `: ${note}`}`),
            unknown(size, bytes),
            unknown(scans),
            definition === null ? '-' : code(definition),
          ]),
        ),
        '',
      ];

const reindexLines = ({ reindexes = [] }: Report): string[] =>
  reindexes.length === 0
    ? []
    : [
        `Indexes rebuilt by the plan: ${md(reindexesWords(reindexes))}`,
        '',
        ...table(
          ['Index', 'Table', 'Outcome', 'Size before', 'Size after', 'Definition'],
          reindexes.map(({ name, schema, table: on, outcome, bytesBefore, bytes: size, definition, note }) => [
            code(schema === null ? name : `${schema}.${name}`),
            on === null ? '-' : md(on),
            md(`${outcome}${note === null ? '' : `: ${note}`}`),
            unknown(bytesBefore, bytes),
            unknown(size, bytes),
            definition === null ? '-' : code(definition),
          ]),
        ),
        '',
      ];

const PARTS = { index: 'on a partition', parent: 'ON ONLY', attach: 'ATTACH' } as const;

/** What the indexes on partitioned tables were made of; nothing without any. */
const partLines = ({ partitions = [], indexes }: Report): string[] => {
  if (partitions.length === 0) return [];
  const estimated = partitions.some(({ estimatedBytes }) => estimatedBytes !== null);
  const rows = partitions.map(
    ({ partOf, what, name, schema, table: on, outcome, durationMs, attempts, bytes: size, note, ...expected }) => [
      code(indexes.find(({ step }) => step === partOf)?.name ?? String(partOf)),
      PARTS[what],
      code(name),
      on === null ? '-' : md(schema === null ? on : `${schema}.${on}`),
      `${outcome}${note === null ? '' : `: ${md(note)}`}`,
      what === 'index' ? unknown(size, bytes) : '-',
      ...(estimated ? [maybe(expected.estimatedBytes, bytesRange)] : []),
      unknown(durationMs, duration),
      ...(estimated ? [maybe(expected.estimatedMs, timeRange)] : []),
      String(attempts),
    ],
  );
  return [
    'Indexes on partitioned tables, part by part:',
    '',
    ...table(
      [
        ...['Index', 'Part', 'Name', 'Table', 'Outcome'],
        ...(estimated ? ['Size', 'Expected', 'Time', 'Expected'] : ['Size', 'Time']),
        'Attempts',
      ],
      rows,
    ),
    '',
  ];
};

const estimateLines = (estimates: Estimates): string[] => {
  const { indexes } = estimates;
  const staged = indexes.some(({ elsewhereMs }) => elsewhereMs !== null);
  const rows = indexes.map((each) => [
    code(each.name),
    unknown(each.estimatedBytes, bytesRange),
    maybe(each.bytes, bytes),
    maybe(each.bytesFactor, String),
    unknown(each.estimatedMs, timeRange),
    ...(staged ? [unknown(each.elsewhereMs, timeRange)] : []),
    maybe(each.workedMs, duration),
    maybe(each.msFactor, String),
  ]);
  return [
    ...comparedLines(estimates).map((line) => `- ${line}`),
    '',
    ...table(
      [
        'Index',
        'Size expected',
        'Size',
        'Off by',
        'Time expected',
        ...(staged ? ['By the other run'] : []),
        'Time',
        'Off by',
      ],
      rows,
    ),
  ];
};

const failureLines = ({ failures }: Report): string[] =>
  failures.length === 0
    ? ['Errors: none']
    : [
        'Errors:',
        '',
        ...failures.map(
          ({ at, section, what, message, sqlstate, final }) =>
            `- ${clock(at)}${section === null ? '' : `, section ${section}`}, ${md(what)}: ${md(message)}${sqlstate === null ? '' : ` (${md(sqlstate)})`}${final ? '' : ', which passed or was tried again'}`,
        ),
      ];

const probeLines = ({ probes, expensive }: Report): string[] => {
  if (probes.length === 0) return ['Not measured: there is no probe.'];
  const rows = probes.map(({ name, words, ok, newIndexes, target, problems, notes, after: last }) => [
    code(name),
    md(words),
    newIndexes.length > 0 ? newIndexes.map(code).join(', ') : last === null ? '-' : md(last.reads),
    target === null ? '-' : md(target),
    `${ok === null ? 'unknown' : ok ? 'ok' : 'FAILED'}${[...problems, ...notes].map((each) => `; ${md(each)}`).join('')}`,
  ]);
  const statements = expensive.map(({ query, meanBeforeMs, meanAfterMs, callsSince }) => [
    code(query.slice(0, 120)),
    unknown(meanBeforeMs, queryTime),
    unknown(meanAfterMs, queryTime),
    unknown(callsSince),
  ]);
  return [
    ...table(['Probe', 'Before -> after', 'Reads', 'Target', 'Result'], rows),
    ...(statements.length === 0
      ? []
      : [
          '',
          'Most expensive statements on these tables:',
          '',
          ...table(['Statement', 'Mean before', 'Mean since', 'Calls since'], statements),
        ]),
  ];
};

const TICKS: Readonly<Record<Report['checks'][number]['result'], string>> = {
  ok: '- [x]',
  failed: '- [ ] FAILED:',
  unknown: '- [ ] unknown:',
  waived: '- [ ] waived:',
};

const validationLines = ({ checks, validations }: Report): string[] => [
  ...checks.map(({ what, result, detail }) => `${TICKS[result]} ${md(what)}${detail === '' ? '' : ` (${md(detail)})`}`),
  ...validations.map(({ line, kind, ok, durationMs, rows, more, error }) =>
    ok === null
      ? `- ${kind}, line ${line}: not run`
      : ok
        ? `- ${kind}, line ${line}: ${rows.length}${more ? ' and more' : ''} rows in ${unknown(durationMs, duration)}`
        : `- ${kind}, line ${line}: FAILED: ${md(error ?? 'no reason given')}`,
  ),
];

const impactLines = (report: Report): string[] => [
  `- In all: ${md(impactWords(report))}`,
  ...report.impact.lines.map(({ title, unit, baseline, worst, at, section, builds, verdict, rule, absent }) => {
    if (absent !== undefined) return `- ${md(title)}: ${md(absent)}`;
    const of = (value: number) => impactNumber(value, unit);
    const during = [section === null ? '' : `section ${md(section)}`, builds.map(code).join(', ')].filter(
      (each) => each !== '',
    );
    const when = at === null ? '' : `, at ${clock(at)}${during.length === 0 ? '' : ` during ${during.join(': ')}`}`;
    return `- ${md(title)}: before ${unknown(baseline, of)}, worst ${unknown(worst, of)}${when}; ${verdict} (${md(rule)})`;
  }),
  ...report.gates.map(
    ({ gate, level, reason, at, clearedAt }) =>
      `- ${clock(at)} ${md(gate)} (${level}): ${md(reason)}; ${clearedAt === null ? 'not clear before the end' : `clear after ${duration(Date.parse(clearedAt) - Date.parse(at))}`}`,
  ),
  ...report.pauses.map(
    ({ cause, by, reason, from, to, liftedBy }) =>
      `- ${clock(from)} paused (${md(cause)}) by ${md(by)}: ${md(reason)}; ${
        to === null
          ? 'not lifted'
          : `${liftedBy === null ? 'ended' : `lifted by ${md(liftedBy)}`} after ${duration(Date.parse(to) - Date.parse(from))}`
      }`,
  ),
];

const rollbackLines = (report: Report): string[] => [
  `- Backup: ${md(backupWords(report))}`,
  `- Rollback: ${md(rollbackWords(report))}`,
  ...(report.rollback?.left ?? []).map(({ schema, name, why }) => `- left ${code(`${schema}.${name}`)}: ${md(why)}`),
];

const usageLines = ({ readAt, database, serverVersion, notes, indexes, statements }: Usage): string[] => {
  const unused = indexes.filter((index) => index.unused);
  const rows = indexes.map(({ name, standing, scans, lastScan, bytes: size, words }) => [
    code(name),
    standing,
    unknown(scans),
    lastScan === null ? '-' : clock(lastScan),
    standing === 'gone' ? '-' : unknown(size, bytes),
    md(words),
  ]);
  const means = statements.map(({ query, meanBeforeMs, meanSinceMs, callsSince, since }) => [
    code(query.slice(0, 120)),
    unknown(meanBeforeMs, queryTime),
    unknown(meanSinceMs, queryTime),
    unknown(callsSince),
    since === null ? 'unknown' : clock(since),
  ]);
  return [
    `Read at ${clock(readAt)} from ${md(database.database)} at ${md(database.host)}:${database.port}, PostgreSQL ${md(serverVersion)}, as ${md(database.user)}.`,
    '',
    ...notes.map((each) => `- ${md(each)}`),
    '',
    ...(indexes.length === 0
      ? ['This run has left no index to look at.']
      : [
          `Not used: ${unused.length === 0 ? 'none that is known' : unused.map(({ name }) => code(name)).join(', ')}`,
          '',
          ...table(['Index', 'Is', 'Scans', 'Last scan', 'Size', 'What that means'], rows),
        ]),
    ...(means.length === 0
      ? []
      : ['', ...table(['Statement', 'Mean before', 'Mean since', 'Calls since', 'Since'], means)]),
  ];
};

const wordLines = (words: Report['people']): string[] =>
  words.map(({ at, by, what }) => `- ${clock(at)} ${md(by)}: ${md(what)}`);

const part = (title: string, lines: readonly string[]): string[] => ['', `### ${title}`, '', ...lines];

/** One entry of the execution log: what the runbook wants written down, from the run's events, and a later look where there was one. */
export const renderMarkdown = (report: Report): string => {
  const { startedAt, database, status, reason, leftToDo, waivers, people, handOff, message, usage } = report;
  const lines = [
    `## ${clock(startedAt)}: ${md(database.database)} at ${md(database.host)}`,
    '',
    `STATUS: ${STATUS_WORDS[status]}`,
    ...(reason === '' ? [] : ['', `${md(reason)}.`]),
    ...leftToDo.map((each) => `- TO DO: ${md(each)}`),
    '',
    ...about(report),
    ...part('Pre-state', stateLines(report.before, 'Not read: nothing had begun.')),
    ...part('Deployment', [
      ...sectionLines(report),
      '',
      ...indexLines(report),
      '',
      ...reindexLines(report),
      ...dropLines(report),
      ...partLines(report),
      ...failureLines(report),
    ]),
    ...(report.estimates === null ? [] : part('Estimates', estimateLines(report.estimates))),
    ...part('Post-state', stateLines(report.after, 'Unknown: not read.', report.before)),
    ...part('Performance', probeLines(report)),
    ...part('Validation', validationLines(report)),
    ...part('Production impact', impactLines(report)),
    ...part('Way back', rollbackLines(report)),
    ...(usage === undefined ? [] : part('Since the run', usageLines(usage))),
    ...(waivers.length === 0 ? [] : part('Gone on in spite of', wordLines(waivers))),
    ...part('Who did what', wordLines(people)),
    ...part(
      'Hand-off',
      handOff.map((line) => `- ${md(line)}`),
    ),
    ...part('Message', [
      '```text',
      ...message.split('\n').map((line) => plainText(line).replaceAll('```', '’’’')),
      '```',
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

/** How an entry of the execution log is set off from the one before it. */
export const logEntry = (report: Report): string => `${renderMarkdown(report)}\n---\n\n`;
