-- +GOOSE up
CREATE INDEX CONCURRENTLY idx_a ON a (x);
-- +goose statementbegin
CREATE INDEX CONCURRENTLY idx_b ON b (x);
-- +goose StatementEnd
-- +Goose DOWN
DROP INDEX idx_a, idx_b;
