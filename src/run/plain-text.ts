import stripAnsi from 'strip-ansi';

/** No text of others is longer than this on a screen or in a log, in UTF-16 units. */
export const PLAIN_TEXT_MAX = 4000;

/** Input beyond this is not even looked at: cleaning must not be made expensive. */
const LOOK_AT = PLAIN_TEXT_MAX * 4;

/** The 8-bit controls in their 7-bit form, so that one set of rules strips both. */
const sevenBit = (text: string): string =>
  text.replace(/[\u0080-\u009f]/g, (control) => `\u001b${String.fromCharCode(control.charCodeAt(0) - 0x40)}`);

/**
 * Text from the database, the plan or the network, made safe to print on one line: terminal sequences, control
 * characters, direction overrides and everything that takes no room are gone; line ends and tabs are spaces; piles of
 * combining marks and endless texts are cut. Takes one argument only, so that it can be given to `map`.
 */
export const plainText = (text: string): string => {
  const clean = stripAnsi(sevenBit(text.slice(0, LOOK_AT)))
    .replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .toWellFormed();
  if (clean.length <= PLAIN_TEXT_MAX) return clean;
  return `${clean.slice(0, PLAIN_TEXT_MAX - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};
