import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { pgTool } from '../support/pg-tools.ts';
import { folder, indexdeck, type Setup } from './program.ts';

/** One of everything that a dump can get wrong. */
const SHOP = `
  CREATE EXTENSION pg_trgm;
  CREATE SCHEMA "Menü ""A""";
  CREATE TABLE "Menü ""A"""."Käse Q" (id int PRIMARY KEY, t text NOT NULL, g int GENERATED ALWAYS AS (id * 2) STORED);
  INSERT INTO "Menü ""A"""."Käse Q" (id, t) SELECT n, E'dish\\n\\\\. ' || n FROM generate_series(1, 3000) n;
  CREATE INDEX "Idx trgm" ON "Menü ""A"""."Käse Q" USING gin (t gin_trgm_ops);
  CREATE TABLE orders (id serial PRIMARY KEY, dish int REFERENCES "Menü ""A"""."Käse Q", paid boolean DEFAULT false);
  INSERT INTO orders (dish) SELECT 1 + n % 3000 FROM generate_series(1, 5000) n;
  CREATE UNIQUE INDEX orders_lower ON orders ((id + 1)) WHERE paid IS NOT NULL;
  CREATE VIEW unpaid AS SELECT * FROM orders WHERE NOT paid;
  CREATE MATERIALIZED VIEW per_dish AS SELECT dish, count(*) FROM orders GROUP BY dish;
  CREATE SEQUENCE loose START 17; SELECT nextval('loose');
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY mine ON orders USING (paid OR dish > 3);
  CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN new; END $f$;
  CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touched();
  CREATE TABLE parted (a int) PARTITION BY RANGE (a);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000);
  INSERT INTO parted SELECT n FROM generate_series(0, 999) n;
  SELECT lo_from_bytea(4711, decode(repeat('deadbeef', 5000), 'hex'));
  COMMENT ON SCHEMA public IS 'where it is';
  COMMENT ON TABLE orders IS 'the orders';`;

export interface Scene {
  database: TestDatabase;
  path: string;
  journal: string;
  env: Record<string, string>;
  /** `restore` with these arguments, the archive of the scene, and the name typed. */
  args: (more?: readonly string[]) => string[];
  restore: (more?: readonly string[], setup?: Setup) => ReturnType<typeof indexdeck>;
}

/** The databases of the server that a restore of this one made or left. */
export const besides = async (database: TestDatabase): Promise<string[]> => {
  const rows = await database.sql<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY 1`,
    [`${database.name.replaceAll('_', '\\_')}\\_%`],
  );
  return rows.map(({ datname }) => datname);
};

/** What the whole database says as SQL, its own settings and rights too. */
export const dumpOf = async (database: TestDatabase): Promise<string> => {
  const text = await pgTool('pg_dump', ['--create', database.name], database.environment);
  // pg_dump of some versions writes a random key into its text.
  return text.replace(/^\\(un)?restrict .*$/gm, '');
};

export const oidOf = async (database: TestDatabase): Promise<number> =>
  (await database.sql('SELECT oid FROM pg_database WHERE datname = current_database()'))[0].oid;

const dropOthers = async (database: TestDatabase): Promise<void> => {
  const { host, port, user, password } = database.server;
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  await client.connect();
  const { rows } = await client.query('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
    `${database.name}_`,
  ]);
  for (const { datname } of rows) await client.query(`DROP DATABASE ${pg.escapeIdentifier(datname)} WITH (FORCE)`);
  await client.end();
};

/** A database with everything, and a backup of it. */
export const scene = async (more = ''): Promise<Scene> => {
  const database = await createDatabase(15, { mayLeaveSessions: true });
  onTestFinished(() => dropOthers(database));
  await database.sql(`${SHOP}${more}`);
  const role = `role_${randomUUID().slice(0, 8)}`;
  await database.sql(`CREATE ROLE ${role};
    ALTER DATABASE ${database.name} SET search_path TO "$user", public, "Menü ""A""";
    ALTER ROLE ${role} IN DATABASE ${database.name} SET work_mem = '5MB';
    REVOKE TEMPORARY ON DATABASE ${database.name} FROM PUBLIC; GRANT CREATE ON DATABASE ${database.name} TO ${role};
    GRANT SELECT ON orders TO ${role}; COMMENT ON DATABASE ${database.name} IS 'the shop'`);
  onTestFinished(async () => {
    const { host, port, user, password } = database.server;
    const client = new pg.Client({ host, port, user, password, database: database.name });
    await client.connect();
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`).catch(() => undefined);
    await client.end();
  });
  const [path, journal] = [join(folder(), 'shop.dump'), join(folder(), 'journal')];
  const { environment: env } = database;
  const backup = await indexdeck(['backup', '--output', path, '--journal', journal], { env });
  if (backup.status !== 0) throw new Error(`no backup: ${backup.stderr}`);
  const args = (given: readonly string[] = []) => [
    ...['restore', '--journal', journal, '--confirm', database.name],
    ...(given.some((each) => ['--backup', '--swap', '--swap-back'].includes(each)) ? [] : ['--backup', path]),
    ...given,
  ];
  return { database, path, journal, env, args, restore: (given, setup) => indexdeck(args(given), { env, ...setup }) };
};
