/** What a finding says as a sentence with its full stop; `place`, such as ` (line 3)`, goes before that. */
export const findingSentence = (what: string, place = ''): string => {
  const text = what.replace(/\.$/, '');
  return `${text}${place}${/[:?!]$/.test(text) && place === '' ? '' : '.'}`;
};
