-- What catalog/ask_hypopg.sql found, which ran just before in this session: JSON, null when it did not run.
-- In psql: \g
select nullif(current_setting('indexdeck.hypothesis', true), '') as hypothesis
