import { UsageError } from '../errors.ts';
import { addKeyword, type Keywords } from './keywords.ts';

const PAIR = /\s*(?<name>[A-Za-z_]+)\s*=\s*(?:'(?<quoted>(?:[^'\\]|\\.)*)'|(?<bare>(?:[^\s'\\]|\\.)*))(?=\s|$)\s*/sy;

/** Reads libpq's other form, `host=db1 dbname=shop`. `where` names the source in messages. */
export const parseConninfo = (text: string, where: string): Keywords => {
  const keywords: Keywords = {};
  for (let at = 0; at < text.length; ) {
    PAIR.lastIndex = at;
    const groups = PAIR.exec(text)?.groups;
    if (groups === undefined) throw new UsageError(`${where} is not a valid connection string: name=value name=value`);
    const value = (groups.quoted ?? groups.bare ?? '').replace(/\\(.)/gs, '$1');
    addKeyword(keywords, groups.name ?? '', value, where);
    at = PAIR.lastIndex;
  }
  return keywords;
};
