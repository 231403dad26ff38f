\set schema shop
CREATE INDEX CONCURRENTLY i ON :schema.t (a);
CREATE INDEX CONCURRENTLY j ON t ((a::text));
CREATE INDEX CONCURRENTLY k ON t ((b[1:2]));
