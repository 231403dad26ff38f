-- Goes through a B-tree index, $1: an OID, and fails where its order or its structure is broken. The session's search path is
-- the schema that amcheck is in. It takes ACCESS SHARE on the index and its table, and the snapshot of a query: a build would
-- wait for it. In psql: \bind 16384 \g
select bt_index_check($1::oid::regclass)
