-- Run once by an administrator for the role that deploys: it makes its ledger in a schema of its own, and needs no right
-- to make schemas. psql -v schema=indexdeck -v role=NAME -f sql/ledger/grants/engine.sql
create schema if not exists :"schema" authorization :"role";
