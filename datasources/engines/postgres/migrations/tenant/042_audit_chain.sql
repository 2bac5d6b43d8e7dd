-- Who writes an entry does not say any more which one it is, when it was noted and what its hash is. The code is that of every
-- log, in the schema of what belongs to no tenant.
select marquee.chain_log('audit_log');
drop function chain_audit();
drop function keep_audit();
drop function audit_text(audit_log);
