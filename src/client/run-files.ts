/** The names of the files in a run's directory, as the command line's contract has them. */
export const JOURNAL_FILE = 'journal.jsonl';
export const PID_FILE = 'engine.pid';
export const LOG_FILE = 'engine.log';
export const SOCKET_FILE = 'control.sock';
