-- The bytes of these tables on disk, $1 their OIDs, TOAST left out; of a partitioned one its partitions' together. It takes a
-- lock on each and so waits behind ACCESS EXCLUSIVE. In psql: \bind '{16400}' \g
select
  wanted.oid,
  coalesce(
    (select sum(pg_relation_size(tree.relid)) from pg_partition_tree(wanted.oid) as tree where tree.isleaf),
    pg_relation_size(wanted.oid))::float8 as bytes
from unnest($1::oid[]) as wanted (oid)
