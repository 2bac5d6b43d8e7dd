import { type CampaignRecord } from "../datasources/campaigns/campaigns.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type Campaign } from "../schema/campaign.type.js";
import { type NodeAnswer } from "./answer.js";
import { toGlobalId } from "./request/global-id.js";

/** A campaign as GraphQL reads it; `title` is asked for by its local id. */
export class CampaignValue implements NodeAnswer<Campaign> {
  readonly __typename = "Campaign";
  readonly id: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly countries: readonly string[];
  readonly strength: number;
  readonly updatedAt: string;

  constructor(
    tenant: Tenant,
    readonly record: CampaignRecord,
  ) {
    this.id = toGlobalId(tenant, "Campaign", record.id);
    this.from = record.from;
    this.until = record.until;
    this.countries = record.countries;
    this.strength = record.strength;
    this.updatedAt = record.updatedAt;
  }
}
