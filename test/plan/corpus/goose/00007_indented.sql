-- +goose Up
  -- +goose no transaction
CREATE INDEX CONCURRENTLY i ON t (a);
  -- +goose Down
DROP INDEX CONCURRENTLY i;
