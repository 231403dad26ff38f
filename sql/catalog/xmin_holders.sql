-- What holds back the horizon of vacuum besides the transactions of this database: replication slots, and standbys that
-- report their oldest snapshot (hot_standby_feedback). Ages are in transactions. No concurrent build waits for them: it
-- waits for backends of its own database, by their snapshots (GetCurrentVirtualXIDs in the server's procarray.c), a slot is
-- no backend, and the walsender of a standby is in no database (tried on 15 and 18).
-- Without pg_read_all_stats what a standby reports is NULL, and there is no row of it. In psql: \g
select
  'slot' as kind,
  slot_name::text as name,
  slot_type as type,
  active,
  greatest(age(xmin), age(catalog_xmin)) as age,
  null::text as client
from pg_replication_slots
where xmin is not null or catalog_xmin is not null
union all
select 'standby', application_name, null, true, age(backend_xmin), host(client_addr)
from pg_stat_replication
where backend_xmin is not null
order by age desc, name
