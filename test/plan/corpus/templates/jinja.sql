{% if concurrent %}
CREATE INDEX CONCURRENTLY i ON {{ schema }}.t (a);
{% endif %}
