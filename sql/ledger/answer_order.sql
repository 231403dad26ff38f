-- What came of the order $1 of the run $2: $3, with $4 in words, and whoever waits for it is woken. One that has its answer
-- keeps it.
with answered as (
  update commands set state = $3::text, answer = $4::text, answered_at = now()
  where id = $1::int8 and run = $2::text and state = 'pending'
  returning id
)
select pg_notify('indexdeck', $2::text || ':order ' || id)::text as notified from answered
