import { plainText } from '../../run/plain-text.ts';

/** A text that another sentence may follow: without what ends it. */
export const sentence = (text: string): string => plainText(text).replace(/[\s.:]+$/, '');
