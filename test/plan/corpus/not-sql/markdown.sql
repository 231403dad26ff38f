# Performance plan

```sql
CREATE INDEX CONCURRENTLY i ON t (a);
```
