-- Deploy shop:appschema to pg

BEGIN;

CREATE SCHEMA shop;
CREATE INDEX CONCURRENTLY idx_x ON shop.x (a);

COMMIT;
