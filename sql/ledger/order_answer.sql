-- What came of the order $1. In psql: \bind 1 \g
select state, answer from commands where id = $1::int8
