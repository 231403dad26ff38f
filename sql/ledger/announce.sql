-- Tells whoever listens what the ledger has by now: $1, sealed, since anybody may listen and speak here. It is sent when what
-- it tells is committed; who misses it reads the table.
select pg_notify('indexdeck', $1::text)::text as told
