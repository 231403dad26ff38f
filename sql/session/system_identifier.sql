-- The name that a data folder got when it was made and that all its physical copies share: it tells a promoted standby from
-- another server. Every role may ask (tried on 15 and 18), unless a managed service has taken that right away.
select system_identifier::text as system from pg_control_system()
