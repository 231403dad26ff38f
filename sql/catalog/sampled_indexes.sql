-- What catalog/sample_indexes.sql found, which ran just before in this session: a JSON object, null when it did not run.
-- In psql: \g
select nullif(current_setting('indexdeck.sampled', true), '') as sampled
