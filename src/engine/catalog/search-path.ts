/** A search path as a setting's value: every schema quoted, so that "$user" keeps its meaning and a comma none. */
export const searchPathText = (path: readonly string[]): string =>
  path.map((schema) => `"${schema.replaceAll('"', '""')}"`).join(', ');
