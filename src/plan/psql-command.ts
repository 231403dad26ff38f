/** A backslash command as it stands in the file. */
export interface PsqlCommand {
  start: number;
  end: number;
  /** Without the backslash; what follows `\;` and `\.` is their own name. */
  name: string;
  args: string[];
  /** An argument holds a variable or the output of a program, so that it is not what it reads as. */
  substitutes: boolean;
  /** An argument is a backquoted shell command. */
  shell: boolean;
  /** It sends or drops the statement before it, which so ends there. */
  ends: boolean;
}

const NAME = /[^ \t\n\r\f\v\\]*/y;
const ENDERS =
  /^(?:g|gx|gexec|gset|gdesc|crosstabview|watch|r|reset|q|quit|bind|bind_named|parse|close_prepared|sendpipeline|;)$/;
const WHOLE_LINE: ReadonlySet<string> = new Set(['!', 'copy', 'h', 'help', 'ef', 'ev', 'sf', 'sv']);

/** Reads the psql command whose backslash is at `at`: its words, up to the end of the line or the next backslash. */
export function readCommand(text: string, at: number): PsqlCommand {
  const first = text[at + 1] ?? '';
  if (first === ';' || first === ':' || first === '\\') {
    return { start: at, end: at + 2, name: first, args: [], substitutes: false, shell: false, ends: first === ';' };
  }
  NAME.lastIndex = at + 1;
  const name = NAME.exec(text)?.[0] ?? '';
  const begin = at + 1 + name.length;
  const lineEnd = endOfLine(text, begin);
  const ends = ENDERS.test(name);
  if (WHOLE_LINE.has(name)) {
    return {
      start: at,
      end: lineEnd,
      name,
      args: [text.slice(begin, lineEnd).trim()],
      substitutes: false,
      shell: false,
      ends,
    };
  }
  const { args, end, substitutes, shell } = readArgs(text, begin, lineEnd);
  return { start: at, end, name, args, substitutes, shell, ends };
}

function endOfLine(text: string, at: number): number {
  const line = text.indexOf('\n', at);
  const end = line < 0 ? text.length : line;
  return text[end - 1] === '\r' && end > at ? end - 1 : end;
}

function readArgs(text: string, begin: number, lineEnd: number) {
  const args: string[] = [];
  let substitutes = false;
  let shell = false;
  let word: string | null = null;
  let i = begin;
  while (i < lineEnd) {
    const char = text[i] ?? '';
    if (char === '\\') break;
    if (char === ' ' || char === '\t') {
      if (word !== null) args.push(word);
      word = null;
      i++;
      continue;
    }
    if (char === "'" || char === '"' || char === '`') {
      const part = quotedPart(text, i, lineEnd, char);
      shell ||= char === '`';
      word = (word ?? '') + part.value;
      i = part.end;
      continue;
    }
    substitutes ||= char === ':' && /[A-Za-z0-9_'"{]/.test(text[i + 1] ?? '');
    word = (word ?? '') + char;
    i++;
  }
  if (word !== null) args.push(word);
  // Two backslashes only part the command from what follows.
  const end = text.startsWith('\\\\', i) && i < lineEnd ? i + 2 : i;
  return { args, end, substitutes: substitutes || shell, shell };
}

function quotedPart(text: string, at: number, lineEnd: number, quote: string): { value: string; end: number } {
  let value = '';
  let i = at + 1;
  while (i < lineEnd && text[i] !== quote) {
    if (quote === "'" && text[i] === '\\' && i + 1 < lineEnd) i++;
    value += text[i];
    i++;
  }
  return { value, end: Math.min(i + 1, lineEnd) };
}
