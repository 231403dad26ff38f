-- The newest sample of the run $1, taken at $2: $3, in the place of the one before. It needs the run's row.
insert into samples (run, at, sample) values ($1, $2::timestamptz, $3::json)
on conflict (run) do update set at = excluded.at, sample = excluded.sample
