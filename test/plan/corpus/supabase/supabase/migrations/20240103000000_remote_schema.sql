set check_function_bodies = off;

CREATE INDEX notes_idx ON public.notes USING gin (body);

alter table "public"."notes" add constraint "notes_key" UNIQUE using index "notes_key";
