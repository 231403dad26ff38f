/**
 * What makes a file no plan: the reader's problems (`Problem.code`). The file is refused as a whole and nothing is sent, so
 * none of them can be waived.
 */
export const PROBLEM_CODES: Readonly<Record<string, { what: string; fix: string }>> = {
  syntax: { what: 'PostgreSQL cannot read the statement.', fix: 'Correct it at the place that the caret shows.' },
  unclosed: { what: 'A string, quoted name or comment is opened and never closed.', fix: 'Close it.' },
  typographic: {
    what: 'A typographic quote, space or comma stands where SQL needs a plain one.',
    fix: 'Write plain ones: the proposed form does.',
  },
  'control-character': { what: 'A control character stands in the statement.', fix: 'Take it out.' },
  'not-sql': {
    what: 'What stands there is no SQL: Markdown, a diff, a merge conflict, what psql printed, JSON, XML.',
    fix: 'Hand over the SQL alone.',
  },
  placeholder: { what: 'A tool would put a value in here.', fix: 'Write the value itself.' },
  'psql-variable': { what: 'psql would put a variable here.', fix: 'Write the value itself.' },
  'psql-command': { what: 'A backslash command that a plan does not follow.', fix: 'Take it out.' },
  include: { what: 'A file that \\i or \\ir names could not be read, or includes itself.', fix: 'Correct its path.' },
  'migration-directive': {
    what: 'A mark of a migration tool that cannot be followed.',
    fix: 'Mend the mark, or name the SQL without it.',
  },
  'other-database': {
    what: "The statement is another database's SQL.",
    fix: 'Write it for PostgreSQL; the message says what it is there.',
  },
  'not-immutable': {
    what: 'An index expression or predicate calls what may change its answer.',
    fix: 'Use an IMMUTABLE expression: the server refuses any other.',
  },
  'function-with-effects': {
    what: 'An index statement calls a function that does more than read.',
    fix: 'Take the call out.',
  },
  'select-with-effects': { what: 'A SELECT does more than read.', fix: 'Take it out, or run it by hand.' },
  'explain-refused': {
    what: 'What EXPLAIN explains is not a mere question.',
    fix: 'Explain a SELECT that only reads: with ANALYZE the server carries the statement out.',
  },
  'setting-refused': { what: 'A SET that a plan cannot hold.', fix: 'Take it out; the message says why.' },
  'statement-refused': {
    what: 'A kind of statement that a plan may not hold.',
    fix: 'Take it out and run it by other means, or leave all of its kind out with `--only-indexes`.',
  },
  'drop-cascade': {
    what: 'A DROP INDEX with CASCADE.',
    fix: 'Take the word out, and drop by hand what depends on the index.',
  },
  'reindex-option': {
    what: 'A REINDEX with an option that a plan does not follow, such as TABLESPACE.',
    fix: 'Take the option out; the message says why.',
  },
  'not-understood': { what: 'indexdeck could not make out the parts of the statement.', fix: 'Write it more plainly.' },
  'encoding-utf16': { what: 'The file is UTF-16 or UTF-32.', fix: 'Save it as UTF-8.' },
  'encoding-invalid': { what: 'The file is not valid UTF-8.', fix: 'Save it as UTF-8.' },
  'nul-byte': { what: 'There is a NUL byte in the file.', fix: 'Remove it.' },
};
