-- Lets a role read the ledger, and nothing else. Run by the schema's owner, again after an update of indexdeck:
-- psql -v schema=indexdeck -v role=NAME -f sql/ledger/grants/observer.sql
grant usage on schema :"schema" to :"role";
grant select on all tables in schema :"schema" to :"role";
