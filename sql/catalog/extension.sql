-- An extension of this database, $1, and the schema that it is in; no row where it is not installed.
-- In psql: \bind amcheck \g
select namespace.nspname as schema, extension.extversion as version
from pg_extension as extension
join pg_namespace as namespace on namespace.oid = extension.extnamespace
where extension.extname = $1
