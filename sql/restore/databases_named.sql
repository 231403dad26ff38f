-- Which of these databases are there: $1 OIDs, $2 names. In psql: \bind '{}' '{postgres}' \g
select oid::int8::text as oid, datname::text as name from pg_database where oid = any ($1::oid[]) or datname = any ($2::text[])
