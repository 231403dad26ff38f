-- +migrate up NoTransaction
CREATE INDEX CONCURRENTLY i ON t (a);
--+migrate Down
DROP INDEX i;
