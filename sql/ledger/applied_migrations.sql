-- The migrations that were applied, in order. In psql: set search_path to indexdeck;
select version, name from migrations order by version
