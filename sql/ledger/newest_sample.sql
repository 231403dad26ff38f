-- The newest sample of the run $1, if it was taken after $2: every screen elsewhere asks for it once a second, so it is one look
-- by key in one table. In it stands how many events there were. In psql: \bind 20261123-192011-abcd -infinity \g
select sample::text as sample from samples where run = $1::text and at > $2::timestamptz
