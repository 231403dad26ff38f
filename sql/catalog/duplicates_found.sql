-- What catalog/find_duplicates.sql found, which ran just before in this session: JSON, null when it did not run.
-- In psql: \g
select nullif(current_setting('indexdeck.duplicates_found', true), '') as found
