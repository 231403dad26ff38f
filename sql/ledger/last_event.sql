-- How far the ledger has come with a run: its newest event of the run $1, or no row. In psql: \bind 20261123-192011-abcd \g
select seq, event::text as event from events where run = $1 order by seq desc limit 1
