BEGIN;

-- Running downgrade ae1027a6acf -> 1975ea83b712

DROP INDEX ix_account_age;

UPDATE alembic_version SET version_num='1975ea83b712' WHERE alembic_version.version_num = 'ae1027a6acf';

COMMIT;

