import type { Backend } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { age } from './format.ts';

/** Who a session is, in few words: `pid 12247 billing-job`. A prepared transaction has no pid. */
export const backendName = (backend: Backend): string => {
  const who = plainText(backend.application || backend.user || '').trim();
  const name = who === '' ? 'unnamed session' : who;
  return backend.pid === 0 ? `prepared transaction of ${name}` : `pid ${backend.pid} ${name}`;
};

/** What it does and for how long: `idle in transaction 41m`. */
export const backendDoes = (backend: Backend): string => {
  const state = plainText(backend.state ?? 'state unknown');
  return backend.transactionS === null ? state : `${state} ${age(backend.transactionS)}`;
};
