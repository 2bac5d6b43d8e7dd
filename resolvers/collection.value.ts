import { type CollectionRecord } from "../datasources/collections/collections.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type CollectionAudience } from "../datasources/core/vocabulary.js";
import { type EditorialCollection } from "../schema/collection.type.js";
import { type NodeAnswer } from "./answer.js";
import { toGlobalId } from "./request/global-id.js";

/** A collection as GraphQL reads it. */
export class CollectionValue implements NodeAnswer<EditorialCollection> {
  readonly __typename = "EditorialCollection";
  readonly id: string;
  readonly name: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly audience: CollectionAudience;
  readonly countries: readonly string[];
  readonly position: number;
  readonly version: number;
  readonly updatedAt: string;

  constructor(
    tenant: Tenant,
    readonly record: CollectionRecord,
  ) {
    this.id = toGlobalId(tenant, "EditorialCollection", record.id);
    this.name = record.name;
    this.from = record.from;
    this.until = record.until;
    this.audience = record.audience;
    this.countries = record.countries;
    this.position = record.position;
    this.version = record.version;
    this.updatedAt = record.updatedAt;
  }
}
