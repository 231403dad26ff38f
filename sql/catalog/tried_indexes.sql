-- What catalog/try_indexes.sql found, which ran just before in this session: a JSON array, null when it did not run.
-- In psql: \g
select nullif(current_setting('indexdeck.tried', true), '') as tried
