-- What there is of these extensions, $1 their names: installed in this database and in which schema, or offered by the
-- server, and whether we might install it. A trusted one takes CREATE on the database, others a superuser.
-- In psql: \bind '{pg_trgm,vector}' \g
select
  wanted.name,
  extension.extversion as installed,
  namespace.nspname as schema,
  offered.default_version as offered,
  coalesce(
    current_setting('is_superuser')::bool
      or (release.trusted or not release.superuser) and has_database_privilege(current_database(), 'create'),
    false) as may_install
from unnest($1::text[]) as wanted (name)
left join pg_extension as extension on extension.extname = wanted.name
left join pg_namespace as namespace on namespace.oid = extension.extnamespace
left join pg_available_extensions as offered on offered.name = wanted.name
left join pg_available_extension_versions as release
  on release.name = wanted.name and release.version = offered.default_version
