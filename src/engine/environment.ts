/** The environment without what holds our secrets: an environment can be read by its user's other processes. */
export const withoutSecrets = ({
  PGPASSWORD: _,
  DATABASE_URL: __,
  INDEXDECK_WEBHOOK: ___,
  ...env
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv => env;
