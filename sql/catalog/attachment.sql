-- What ALTER INDEX $1 ATTACH PARTITION $2 would be about, as this session's search path has it: the OIDs of both, null for what
-- is not there, and what the second is attached to already. Catalog rows only, so no lock holds it up.
-- In psql: \bind orders_customer_idx public.orders_2025_customer_idx \g
select
  to_regclass($1)::oid as parent,
  to_regclass($2)::oid as partition,
  (select inhparent from pg_inherits where inhrelid = to_regclass($2)) as attached_to
