-- What names this cluster for good: given at initdb, the same on a primary and its standbys. As text: it has 64 bits.
-- Some providers do not let everybody call this function.
-- In psql: \g
select system_identifier::text as system_identifier from pg_control_system()
