CREATE INDEX `idx_user` ON `orders` (`user_id`);
DROP INDEX idx_user ON orders;
