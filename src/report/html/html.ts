import { plainText } from '../../run/index.ts';

/** A piece of HTML that is whole and safe as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | readonly Value[] | null;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of whoever, for element content and quoted attributes: no markup, no control characters. */
export const escaped = (text: string): string => plainText(text).replace(/[&<>"']/g, (each) => ENTITIES[each] ?? '');

const textOf = (value: Value): string => {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(textOf).join('');
  return escaped(String(value));
};

/** HTML with values in it, each escaped unless it is HTML itself. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(parts.reduce((all, part, at) => all + textOf(values[at - 1] ?? null) + part));

export const nothing = new Html('');
