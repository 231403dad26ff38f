/** Text from a file made safe to print: control characters, which could steer a terminal, become a question mark. */
export function printable(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?')
    .replace(/[\t\n]/g, ' ');
}

/** The first words of a statement on one line. */
export function firstWords(sql: string, most = 60): string {
  const line = printable(sql.slice(0, most * 8).replace(/\s+/g, ' ')).trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most - 3);
  const space = cut.lastIndexOf(' ');
  return `${space > most / 2 ? cut.slice(0, space) : cut}...`;
}
