import pg from "pg";

import { type Tenant } from "../core/tenant.js";
import { CONTROL_SCHEMA, SHARED_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { OUTBOX_PARTITIONS } from "../projection/outbox/outbox-event.js";
import { type Way } from "./row-moving.postgres.js";
import { stage } from "./row-staging.postgres.js";

const EVENT = ["tenant_id", "partition", "topic", "entity", "related", "revision", "state"];
/** Projections that go with a tenant, being PostgreSQL's own. */
const OWN_TARGETS = "'%.postgres'";

/** Makes servers of its own those of a tenant: by the placement that it has when the switch has come about. */
export async function arriveAtOwn(
  own: pg.Client,
  { id, slug, name, state, epoch, defaultCountry }: Tenant,
  capturing: boolean,
): Promise<void> {
  await own.query(`delete from ${CONTROL_SCHEMA}.tenants where id = $1 or slug = $2`, [id, slug]);
  await own.query(
    `insert into ${CONTROL_SCHEMA}.tenants (id, slug, name, state, epoch, default_country, capturing, tier, schema_name)
     values ($1, $2, $3, $4, $5, $6, $7, 'DEDICATED', '${SHARED_SCHEMA}')`,
    [id, slug, name, state, epoch + 1, defaultCountry, capturing],
  );
}

/**
 * Brings the events that the projections which go with the tenant have not followed yet, and those that they have refused;
 * engines are filled from the facts.
 */
export async function carryEvents(way: Way): Promise<void> {
  const outbox = `${pg.escapeIdentifier(way.to.schema)}.outbox`;
  const columns = EVENT.join(", ");
  const events = await stage(
    way,
    outbox,
    { name: "outbox", columns: EVENT },
    `select ${columns} from ${CONTROL_SCHEMA}.outbox o
     where tenant_id = ${way.tenant} and topic = 'TITLE' and exists (
       select from ${CONTROL_SCHEMA}.outbox_cursors c
       where c.target like ${OWN_TARGETS} and c.partition = o.partition and (o.xid, o.id) > (c.xid, c.id))
     union all
     select tenant_id, abs(hashtext(entity) % ${OUTBOX_PARTITIONS})::smallint, topic, entity, related, revision, state
     from ${CONTROL_SCHEMA}.outbox_parked where tenant_id = ${way.tenant} and target like ${OWN_TARGETS}`,
  );
  await way.to.client.query(`insert into ${outbox} (${columns}) select ${columns} from ${events} e`);
}
