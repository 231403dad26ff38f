-- Records that a migration was applied: $1 its version, $2 its name, $3 indexdeck's version. Once: whoever did the same
-- at the same time has recorded it.
insert into migrations (version, name, indexdeck_version) values ($1::int, $2::text, $3::text)
on conflict (version) do nothing
