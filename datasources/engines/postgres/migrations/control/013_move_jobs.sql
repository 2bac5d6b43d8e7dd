-- Moving a tenant is an operator's job as well.
alter table operation_jobs drop constraint operation_jobs_kind_check;
alter table operation_jobs add constraint operation_jobs_kind_check check (kind in ('REBUILD', 'CHECK', 'REPAIR', 'MOVE'));
