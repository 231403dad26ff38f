-- migrate:up
create index concurrently idx_users_name on users (name)

-- migrate:down
drop index idx_users_name
