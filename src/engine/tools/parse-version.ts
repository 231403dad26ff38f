/**
 * The version that a client program prints, such as `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. Null for
 * anything else.
 */
export const parseVersion = (text: string): { major: number; version: string } | null => {
  const version = /\(PostgreSQL\)\s+((\d+)[\w.]*)/.exec(text);
  return version === null ? null : { major: Number(version[2]), version: version[1] ?? '' };
};

/** The major version in a server's `server_version_num`: 150018 is of 15, 90624 of 9. */
export const majorOf = (versionNum: number): number => Math.floor(versionNum / 10_000);
