-- Which of these names a relation has already. $1: a JSON array of {schema, name}.
-- In psql: \bind '[{"schema": "public", "name": "orders_2025_customer_id_idx"}]' \g
select namespace.nspname as schema, relation.relname as name
from jsonb_to_recordset($1::jsonb) as wanted (schema text, name text)
join pg_namespace as namespace on namespace.nspname = wanted.schema::name
join pg_class as relation on relation.relnamespace = namespace.oid and relation.relname = wanted.name::name
