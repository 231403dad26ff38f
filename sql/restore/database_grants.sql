-- The rights on this database, when they are other than a new one's. No role stands for PUBLIC.
select
  role.rolname::text as role,
  acl.privilege_type as privilege,
  acl.is_grantable as grantable
from pg_database as base
cross join lateral aclexplode(base.datacl) as acl
left join pg_roles as role on role.oid = acl.grantee
where base.datname = current_database() and base.datacl is not null and (acl.grantee = 0 or role.oid is not null)
order by role.rolname nulls first, acl.privilege_type
