ALTER TABLE orders ADD INDEX idx_user (user_id, day);
ALTER TABLE orders ADD UNIQUE KEY k (a);
ALTER TABLE orders DROP INDEX idx_old;
