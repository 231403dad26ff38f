import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Environment } from './environment.ts';
import { addKeyword, type Keywords } from './keywords.ts';

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`cannot read the service file ${path}: ${(cause as Error).message}`, { cause });
  }
};

/** The keywords of one service in a service file's text; null when it is not there. */
export const parseServiceFile = (text: string, service: string, path: string): Keywords | null => {
  let keywords: Keywords | null = null;
  let inside = false;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const heading = /^\[(.*)\]$/.exec(line)?.[1];
    if (heading !== undefined) {
      // The first of a name counts, as in libpq.
      if (keywords !== null) return keywords;
      inside = heading === service;
      if (inside) keywords = {};
      continue;
    }
    if (!inside || keywords === null) continue;
    const at = line.indexOf('=');
    const where = `line ${index + 1} of the service file ${path}`;
    if (at === -1) throw new UsageError(`${where} is not of the form name=value`);
    const name = line.slice(0, at).trim();
    if (name === 'service') throw new UsageError(`${where} names a service: a service cannot refer to another`);
    addKeyword(keywords, name, line.slice(at + 1).trim(), where);
  }
  return keywords;
};

/** What a service says: from the user's own file, then from the system's. */
export const fromService = (
  service: string,
  file: string | undefined,
  environment: Environment,
  home: string,
): Keywords => {
  const system = environment.PGSYSCONFDIR ?? '/etc/postgresql-common';
  const paths = [file ?? join(home, '.pg_service.conf'), join(system, 'pg_service.conf')];
  for (const path of paths) {
    const text = readIfThere(path);
    if (text === null && path === file) throw new UsageError(`the service file ${path} is not there`);
    const keywords = text === null ? null : parseServiceFile(text, service, path);
    if (keywords !== null) return keywords;
  }
  throw new UsageError(`the service ${JSON.stringify(service)} is not in ${paths.join(' or ')}`);
};
