import pRetry, { AbortError } from 'p-retry';
import type { Report } from '../report/index.ts';

/** All attempts together: the run's end waits for them. */
const LIMIT_MS = 8_000;
const ATTEMPT_MS = 4_000;
const RETRIES = 2;

/** Slack and those that speak its form: Mattermost, Rocket.Chat, and Discord under /slack. */
const isSlack = ({ hostname, pathname }: URL): boolean =>
  /(^|\.)slack(-gov)?\.com$/.test(hostname) || /^\/hooks\/|\/slack\/?$/.test(pathname);

/** In Slack's text these three begin mentions and links: a table's name must not call everybody. */
const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What is posted: for Slack its own form, for all others a plain one. */
export const payload = (url: URL, report: Report): object => {
  const { message, run, status, exitStatus, reason, database, environment, startedAt, finishedAt } = report;
  if (isSlack(url)) return { text: slackText(message) };
  const { host, database: name } = database;
  return { text: message, run, status, exitStatus, reason, host, database: name, environment, startedAt, finishedAt };
};

/** Refused for good, or worth another try: a server in trouble, or one that wants less. */
const passes = (status: number): boolean => status === 429 || status >= 500;

const post = async (url: URL, body: string, signal: AbortSignal): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    // The URL is a secret: it is told to nobody else.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
  });
  await response.body?.cancel();
  if (response.ok) return;
  const error = new Error(`it answered with status ${response.status}`);
  throw passes(response.status) ? error : new AbortError(error);
};

/** What went wrong, in words that cannot hold the URL. */
const problemOf = (error: unknown, url: URL): string => {
  if (!(error instanceof Error)) return 'it failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const { cause } = error;
  const text = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || '' : error.message;
  return text.replaceAll(url.href, '…').replaceAll(`${url.pathname}${url.search}`, '…');
};

/** Posts the message; gives the reason when it could not, and never fails. */
export const postMessage = async (url: URL, report: Report, limitMs = LIMIT_MS): Promise<string | null> => {
  const signal = AbortSignal.timeout(limitMs);
  try {
    const body = JSON.stringify(payload(url, report));
    await pRetry(() => post(url, body, signal), {
      retries: RETRIES,
      minTimeout: 300,
      signal,
      // What fetch says of a network that fails is a TypeError, which p-retry would take for a fault of the program.
      shouldRetry: () => true,
    });
    return null;
  } catch (error) {
    return problemOf(error, url);
  }
};
