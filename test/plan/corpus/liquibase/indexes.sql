--liquibase formatted sql

--changeset anna:1 runInTransaction:false
--comment: The menu is read by course.
CREATE INDEX CONCURRENTLY idx_dishes_course ON dishes (course_id);
--rollback DROP INDEX CONCURRENTLY idx_dishes_course;

--changeset anna:2 runInTransaction:false labels:menu context:prod
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
CREATE INDEX CONCURRENTLY idx_dishes_price ON dishes (price);
--rollback DROP INDEX idx_dishes_name;
