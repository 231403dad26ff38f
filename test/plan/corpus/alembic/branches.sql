-- Running upgrade a, b -> c, merge heads
DELETE FROM alembic_version WHERE alembic_version.version_num = 'b';
UPDATE alembic_version SET version_num='c' WHERE alembic_version.version_num = 'a';
-- Running upgrade c -> d
CREATE INDEX CONCURRENTLY ix_d ON t (d);
UPDATE alembic_version SET version_num='d' WHERE alembic_version.version_num = 'c';
