<<<<<<< HEAD
CREATE INDEX CONCURRENTLY i ON t (a);
=======
CREATE INDEX CONCURRENTLY i ON t (b);
>>>>>>> branch
