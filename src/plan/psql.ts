import type { PsqlCommand } from './psql-command.ts';

/** What becomes of a psql command in a plan. */
export type CommandVerdict =
  | { as: 'left-out'; why: string }
  | { as: 'include'; path: string; relative: boolean }
  | { as: 'refused'; why: string };

const OUTPUT_ONLY = 'it only shapes or writes what psql shows';
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ...'echo qecho warn pset x t a f H C T conninfo errverbose copyright ? h help d l z sf sv html'
    .split(' ')
    .map((name) => [name, OUTPUT_ONLY] as const),
  ['timing', 'indexdeck times every step'],
  ['restrict', 'it protects psql from what a dump says'],
  ['unrestrict', 'it protects psql from what a dump says'],
]);
const DESCRIBES = /^(?:d[A-Za-z]*|l|z|s[fv])[+S]*$/;

const VARIABLE_REASON = 'indexdeck does not substitute psql variables; write the value itself';
const CONDITION_REASON = 'indexdeck does not follow conditions; keep only the statements that are to run';
const SENDS_REASON = 'end the statement with a semicolon instead';
const REFUSED: ReadonlyMap<string, string> = new Map([
  ...['if', 'elif', 'else', 'endif'].map((name) => [name, CONDITION_REASON] as const),
  ...['g', 'gx', 'watch', 'crosstabview', 'gdesc', 'bind', 'parse', 'bind_named', ';'].map(
    (name) => [name, SENDS_REASON] as const,
  ),
  ['gexec', 'it would run what a query returns as statements, and nobody could have checked those'],
  ['gset', VARIABLE_REASON],
  ['prompt', VARIABLE_REASON],
  ['getenv', VARIABLE_REASON],
  ['c', 'a plan goes to one database; run indexdeck once for each'],
  ['connect', 'a plan goes to one database; run indexdeck once for each'],
  ['!', 'indexdeck runs no shell commands from a plan'],
  ['copy', 'it moves data'],
  ['cd', 'it changes where included files are looked for; write their whole path'],
  ['r', 'it throws away the statement before it; delete that statement'],
  ['reset', 'it throws away the statement before it; delete that statement'],
  ['q', 'psql would stop reading here; delete what follows instead'],
  ['quit', 'psql would stop reading here; delete what follows instead'],
  [':', 'indexdeck does not substitute psql variables, so the colon needs no backslash'],
  ['.', 'it ends the data of a COPY, and there is none here'],
  ['o', 'it writes to a file or a program'],
  ['out', 'it writes to a file or a program'],
  ['w', 'it writes to a file or a program'],
  ['write', 'it writes to a file or a program'],
]);

/** psql's own variables: they steer psql, not SQL. SINGLELINE is missing on purpose, since it changes where statements end. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(
  `AUTOCOMMIT COMP_KEYWORD_CASE ECHO ECHO_HIDDEN ENCODING FETCH_COUNT HIDE_TABLEAM HIDE_TOAST_COMPRESSION HISTCONTROL
   HISTFILE HISTSIZE IGNOREEOF ON_ERROR_ROLLBACK ON_ERROR_STOP PROMPT1 PROMPT2 PROMPT3 QUIET SHOW_ALL_RESULTS SHOW_CONTEXT
   VERBOSITY WATCH_INTERVAL`.split(/\s+/),
);

/** Decides about one psql command. */
export function judgeCommand(command: PsqlCommand): CommandVerdict {
  const { name, args } = command;
  if (command.shell) return { as: 'refused', why: 'indexdeck runs no shell commands from a plan' };
  switch (name) {
    case 'i':
    case 'include':
      return include(command, false);
    case 'ir':
    case 'include_relative':
      return include(command, true);
    case 'set':
    case 'unset':
      return setVariable(args);
    case 'encoding':
      if (args[0] === undefined || /^(?:utf-?8|unicode)$/i.test(args[0]))
        return { as: 'left-out', why: 'plans are read and sent as UTF-8' };
      return { as: 'refused', why: 'plans are read and sent as UTF-8; save the file as UTF-8' };
    case '\\':
      return { as: 'left-out', why: 'it only parts two psql commands' };
  }
  const why = LEFT_OUT.get(name) ?? (DESCRIBES.test(name) ? OUTPUT_ONLY : undefined);
  if (why !== undefined) return { as: 'left-out', why };
  return { as: 'refused', why: REFUSED.get(name) ?? 'indexdeck does not know this psql command; take it out' };
}

function include(command: PsqlCommand, relative: boolean): CommandVerdict {
  const [path] = command.args;
  if (command.substitutes) return { as: 'refused', why: 'the file name holds a variable; write the name itself' };
  if (path === undefined || path === '') return { as: 'refused', why: 'it names no file' };
  return { as: 'include', path, relative };
}

function setVariable(args: string[]): CommandVerdict {
  const name = args[0];
  if (name === undefined) return { as: 'left-out', why: OUTPUT_ONLY };
  if (name === 'ON_ERROR_STOP') return { as: 'left-out', why: 'what an error does to the run is said with --on-error' };
  if (OWN_VARIABLES.has(name)) return { as: 'left-out', why: 'it steers psql, not the server' };
  return { as: 'refused', why: VARIABLE_REASON };
}
