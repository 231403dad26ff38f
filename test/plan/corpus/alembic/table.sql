-- Running upgrade a -> b

CREATE TABLE account (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);
CREATE INDEX ix_account_id ON account (id);
UPDATE alembic_version SET version_num='b' WHERE alembic_version.version_num = 'a';
