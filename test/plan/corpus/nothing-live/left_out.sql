BEGIN;
COMMIT;
\timing on
