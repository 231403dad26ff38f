/** The text of --restore-command cannot be understood. */
export class CommandUnclear extends Error {
  override readonly name = 'CommandUnclear';
}

/** What a shell would act on, and we do not: a script of one's own can hold it. */
const SHELL = /[|&;<>()$`*?\n#~]/;

/**
 * Splits a command into words as a shell does: spaces, single quotes, double quotes and backslashes. What only a shell can
 * do is refused instead of being passed on as text.
 */
export const splitWords = (text: string): string[] => {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      if (end === -1) throw new CommandUnclear(`a ${char} is not closed`);
      const inside = text.slice(at + 1, end);
      if (char === '"' && /[$`\\]/.test(inside))
        throw new CommandUnclear('in double quotes a $, ` or \\ would be a shell’s: use single quotes');
      word = (word ?? '') + inside;
      at = end;
    } else if (char === '\\') {
      at += 1;
      if (at === text.length) throw new CommandUnclear('it ends with a backslash');
      word = (word ?? '') + text[at];
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (SHELL.test(char)) {
      throw new CommandUnclear(`no shell runs it, so ${char} means nothing: put it into a script, and name that`);
    } else word = (word ?? '') + char;
  }
  if (word !== null) words.push(word);
  if (words.length === 0) throw new CommandUnclear('it is empty');
  return words;
};

export type CommandValues = Readonly<Record<'id' | 'database' | 'host' | 'port' | 'user', string>>;

/**
 * The words of a provider's command with {id}, {database}, {host}, {port} and {user} filled in. They are filled in after
 * the words were split, and no shell runs the command: no value can become anything but a part of its word.
 */
export const fillCommand = (template: string, values: CommandValues): string[] =>
  splitWords(template).map((word) =>
    word.replace(/\{([^{}]*)\}/g, (_whole, name: string) => {
      if (!Object.hasOwn(values, name))
        throw new CommandUnclear(
          `{${name}} is none of ${Object.keys(values)
            .map((each) => `{${each}}`)
            .join(' ')}`,
        );
      return values[name as keyof CommandValues];
    }),
  );
