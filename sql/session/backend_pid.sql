-- The backend that serves this connection right now, asked before anything else: behind a pooler it is another one than the
-- protocol named when the connection was made, and may be another one each time.
select pg_backend_pid() as pid
