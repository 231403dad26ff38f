-- +migrate Down
DROP INDEX idx_people_name;
