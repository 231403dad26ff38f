import { open, stat } from 'node:fs/promises';

/** One entry of a server's log: its first line without the prefix, and the lines that belong to it. */
export interface LogEntry {
  pid: number;
  database: string;
  application: string;
  /** LOG, ERROR, DETAIL, STATEMENT, ... */
  level: string;
  text: string;
}

/** A statement that a server received. */
export interface LoggedStatement {
  pid: number;
  application: string;
  text: string;
}

/** The end of the log as it is now, to read on from. */
export async function logPosition(logFile: string): Promise<number> {
  return (await stat(logFile)).size;
}

/** The entries written since `position`. A server writes a statement's entry before it runs it. */
export async function readLog(logFile: string, position = 0): Promise<LogEntry[]> {
  const file = await open(logFile);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read({ buffer: Buffer.alloc(Math.max(0, size - position)), position });
    return parse(buffer.toString('utf8'));
  } finally {
    await file.close();
  }
}

const start =
  /^\d{4}-\d\d-\d\d [\d:.]+ \w+\|(?<pid>\d+)\|(?<database>[^|]*)\|(?<application>.*?)\|(?<level>[A-Z]+\d?): {2}(?<text>.*)$/;

function parse(text: string): LogEntry[] {
  const entries: LogEntry[] = [];
  for (const line of text.split('\n')) {
    const groups = start.exec(line)?.groups;
    const last = entries.at(-1);
    if (groups) {
      const { pid, database = '', application = '', level = '', text = '' } = groups;
      entries.push({ pid: Number(pid), database, application, level, text });
    } else if (last !== undefined && line.startsWith('\t')) {
      // The server puts a tab before every further line of a text that has several.
      last.text += `\n${line.slice(1)}`;
    }
  }
  return entries;
}

/** The statements among `entries`, sent by simple or extended protocol. */
export function statements(entries: LogEntry[]): LoggedStatement[] {
  return entries.flatMap(({ pid, application, level, text }) => {
    const statement = level === 'LOG' ? /^(?:statement|execute [^:]*): (.*)$/s.exec(text)?.[1] : undefined;
    return statement === undefined ? [] : [{ pid, application, text: statement }];
  });
}
