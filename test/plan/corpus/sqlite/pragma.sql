PRAGMA foreign_keys = ON;
CREATE INDEX i ON t (a);
