/*
```sql
CREATE INDEX i ON t (a);
```
*/
