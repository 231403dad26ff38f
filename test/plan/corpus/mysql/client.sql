# comments like this one
USE shop;
CREATE INDEX i ON t (a) USING BTREE;
CREATE INDEX j ON t (a) COMMENT 'for the search';
