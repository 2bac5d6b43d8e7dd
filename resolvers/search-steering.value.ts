import { type Tenant } from "../datasources/core/tenant.js";
import { type SearchRuleRecord, type SynonymRecord } from "../datasources/search-steering/search-steering.js";
import { type SearchRule, type SearchSynonym } from "../schema/search-steering.type.js";
import { type NodeAnswer } from "./answer.js";
import { toGlobalId } from "./request/global-id.js";

/** Words of the tenant's own as GraphQL reads them. */
export function toSynonym(tenant: Tenant, record: SynonymRecord) {
  return {
    ...record,
    __typename: "SearchSynonym" as const,
    id: toGlobalId(tenant, "SearchSynonym", record.id),
  } satisfies NodeAnswer<SearchSynonym>;
}

/** A rule of search as GraphQL reads it; `title` is asked for by its local id. */
export class SearchRuleValue implements NodeAnswer<SearchRule> {
  readonly __typename = "SearchRule";
  readonly id: string;
  readonly query: string;
  readonly place: number | null;
  readonly factor: number | null;
  readonly setAt: string;

  constructor(
    tenant: Tenant,
    readonly record: SearchRuleRecord,
  ) {
    this.id = toGlobalId(tenant, "SearchRule", record.id);
    this.query = record.query;
    this.place = record.place;
    this.factor = record.factor;
    this.setAt = record.setAt;
  }
}
