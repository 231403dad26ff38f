/** The environment without what holds our password: an environment can be read by its user's other processes. */
export const withoutSecrets = ({ PGPASSWORD: _, DATABASE_URL: __, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  env;
