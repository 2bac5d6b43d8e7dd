import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { recordAct } from "../audit/audit-append.postgres.js";
import { type AuditActor } from "../core/audit-acts.js";
import { toPage, type Page, type PageOf, type Position } from "../core/page.js";
import { Refusal } from "../core/refusal.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { empty, sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { takeTurn } from "../engines/postgres/turns.postgres.js";
import { editedCampaign } from "./campaign-rules.js";
import {
  MAX_CAMPAIGNS,
  type CampaignEdit,
  type CampaignFacts,
  type CampaignRecord,
  type Campaigns,
} from "./campaigns.js";

const CAMPAIGN = sql`c.id, c.title_id as title, c.from_at as "from", c.until_at as "until", c.countries, c.strength,
  c.updated_at as "updatedAt"`;

/** Campaigns in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresCampaigns implements Campaigns {
  constructor(private readonly postgres: PostgresStore) {}

  async running(request: StoreRequest, { country, now }: { country: string; now: Date }): Promise<string[]> {
    const at = sql`${now.toISOString()}::timestamptz`;
    const rows = await this.postgres.read<{ id: string }>(
      request,
      "campaigns.running",
      sql`select coalesce(h.merged_into, c.title_id) as id
          from campaigns c left join title_heads h on h.title_id = c.title_id
          where (c.from_at is null or c.from_at <= ${at}) and (c.until_at is null or c.until_at > ${at})
            and (c.countries = '{}' or ${country}::text = any(c.countries))
          group by 1
          order by max(c.strength) desc, 1
          limit ${MAX_CAMPAIGNS}::int`,
    );
    return rows.map(({ id }) => id);
  }

  async list(
    request: StoreRequest,
    page: Page,
  ): Promise<PageOf<{ position: Position; entry: CampaignRecord }>> {
    const rows = await this.postgres.read<CampaignRecord & Record<string, unknown>>(
      request,
      "campaigns.list",
      sql`select ${CAMPAIGN} from campaigns c
          where true ${page.after ? sql`and c.id > ${page.after.id}` : empty}
          order by c.id limit ${page.limit + 1}::int`,
    );
    return toPage(rows, page, (entry) => ({ position: { value: "", id: entry.id }, entry }));
  }

  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, CampaignRecord>> {
    const found = sql`select ${CAMPAIGN} from campaigns c where c.id = any(${ids}::text[])`;
    return readByIds(this.postgres, request, "campaigns.byIds", ids, found);
  }

  put(tenant: Tenant, { id, fields, by }: CampaignEdit): Promise<CampaignRecord> {
    return this.postgres.transaction(tenant, async (query) => {
      await takeTurn(query, "campaigns");
      const before = id === null ? null : await locked(query, id);
      const facts = editedCampaign(before && factsOf(before), fields);
      if (before && isDeepStrictEqual(facts, factsOf(before))) return before;
      await refuseUnknown(query, facts.title);
      if (!before) await refuseTooMany(query);
      const kept = await keep(query, before?.id ?? randomUUID(), facts);
      const details = { strength: kept.strength };
      await recordAct(query, { act: "CAMPAIGN_PUT", actor: by, subject: { campaign: kept.id }, details });
      return kept;
    });
  }

  remove(tenant: Tenant, id: string, by: AuditActor): Promise<void> {
    return this.postgres.transaction(tenant, async (query) => {
      await locked(query, id);
      await query(sql`delete from campaigns where id = ${id}`);
      await recordAct(query, { act: "CAMPAIGN_REMOVED", actor: by, subject: { campaign: id } });
    });
  }
}

/** A campaign that nobody else changes until the transaction ends. */
async function locked(query: Query, id: string): Promise<CampaignRecord> {
  const [found] = await query<CampaignRecord & Record<string, unknown>>(
    sql`select ${CAMPAIGN} from campaigns c where c.id = ${id} for update`,
  );
  if (found) return found;
  const message = "There is no such campaign. Accepted: the id of a campaign of this tenant.";
  throw new Refusal("campaign", "CAMPAIGN_NOT_FOUND", message);
}

function factsOf({ title, from, until, countries, strength }: CampaignRecord): CampaignFacts {
  const utc = (instant: string | null) => (instant === null ? null : new Date(instant).toISOString());
  return { title, from: utc(from), until: utc(until), countries, strength };
}

async function refuseUnknown(query: Query, title: string): Promise<void> {
  const known = await query(sql`select from title_heads where title_id = ${title}`);
  if (known.length > 0) return;
  const message = "There is no such title. Accepted: the id of a title of this tenant, in any state.";
  throw new Refusal("title", "TITLE_NOT_FOUND", message);
}

async function refuseTooMany(query: Query): Promise<void> {
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    sql`select count(*)::int as count from campaigns`,
  );
  if (count < MAX_CAMPAIGNS) return;
  const message = `There are ${count} campaigns. Accepted: at most ${MAX_CAMPAIGNS}; remove one first.`;
  throw new Refusal(null, "TOO_MANY_CAMPAIGNS", message);
}

async function keep(query: Query, id: string, facts: CampaignFacts): Promise<CampaignRecord> {
  const { title, from, until, countries, strength } = facts;
  const [kept] = await query<CampaignRecord & Record<string, unknown>>(
    sql`insert into campaigns as c (tenant_id, id, title_id, from_at, until_at, countries, strength)
        values (current_setting('marquee.tenant')::int, ${id}, ${title}, ${from}::timestamptz, ${until}::timestamptz,
                ${countries}::text[], ${strength}::int)
        on conflict (tenant_id, id) do update set title_id = excluded.title_id, from_at = excluded.from_at,
          until_at = excluded.until_at, countries = excluded.countries, strength = excluded.strength,
          updated_at = clock_timestamp()
        returning ${CAMPAIGN}`,
  );
  if (!kept) throw new Error("A campaign was kept and is not there");
  return kept;
}
