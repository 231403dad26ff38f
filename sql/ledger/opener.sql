-- What opens the notifications about the run $1; null where an older indexdeck made the table. In psql:
-- \bind 20261123-192011-abcd \g
select to_jsonb(runs) ->> 'opener' as opener from runs where run = $1::text
