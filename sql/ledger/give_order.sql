-- An order to the run $1: $2, from $3. The server says by which role and when.
insert into commands (run, command, ordered_by) values ($1::text, $2::json, $3::text) returning id::int8::text as id
