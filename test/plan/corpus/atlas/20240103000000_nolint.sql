-- ATLAS:TXMODE NONE
-- atlas:nolint PG101
-- Drop index "users_name" from table: "users"
DROP INDEX CONCURRENTLY "users_name";
