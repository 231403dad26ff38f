import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadParser } from '../../plan/index.ts';
import { UsageError } from '../errors.ts';
import type { GivenOptions } from './deploy-options.ts';

const CONFIG_NAME = 'indexdeck.yaml';

/** The options of the file that --config names, or of the indexdeck.yaml beside the plan, if there is one. */
export const readConfig = async (named: string | undefined, planFile: string): Promise<GivenOptions> => {
  const path = named ?? join(dirname(planFile), CONFIG_NAME);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (named === undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UsageError(`cannot read the config file ${path}: ${(cause as Error).message}`, { cause });
  }
  // YAML and what may stand in the file are loaded by those alone who have one.
  const [{ parseConfig }] = await Promise.all([import('./config-text.ts'), loadParser()]);
  return parseConfig(text, path);
};
