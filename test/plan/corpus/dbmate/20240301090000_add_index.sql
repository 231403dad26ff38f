-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY idx_users_email ON users (lower(email));

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY idx_users_email;
