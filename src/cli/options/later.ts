import { Option } from 'commander';
import { UsageError } from '../errors.ts';

/** Options of the contract that this version does not have, and what to do instead. */
const INSTEAD = {
  '--matches': 'compare the fingerprint that "indexdeck plan --ui json" prints on both sides',
  '--log': 'the journal and --ui plain hold all that an execution log needs',
  '--webhook': 'read --ui json and post what you need',
  '--exec': 'read --ui json and run what you need',
} as const;

export type LaterOption = keyof typeof INSTEAD;

export const LATER_OPTIONS = Object.keys(INSTEAD) as LaterOption[];

/** An option that is understood, and refused in a sentence. */
export const laterOption = (name: LaterOption): Option =>
  new Option(`${name} <value>`).hideHelp().argParser(() => {
    throw new UsageError(`not part of this version: ${name}; ${INSTEAD[name]}`);
  });
