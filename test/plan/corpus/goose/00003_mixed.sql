-- +goose Up
CREATE TABLE visits (
    id bigserial PRIMARY KEY,
    page text NOT NULL, -- CREATE INDEX here? later
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_visits_page ON visits (page);
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger AS $$
BEGIN
    NEW.at := now(); -- +goose Down is no mark in here
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION touch();
DROP TABLE visits;
