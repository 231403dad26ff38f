-- Lets a role read the ledger and give orders, and nothing else: who gave an order, and when, is the server's word. Run by
-- the schema's owner, again after an update of indexdeck:
-- psql -v schema=indexdeck -v role=NAME -f sql/ledger/grants/operator.sql
grant usage on schema :"schema" to :"role";
grant select on all tables in schema :"schema" to :"role";
grant insert (run, command, ordered_by) on :"schema".commands to :"role";
