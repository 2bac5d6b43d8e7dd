import { type Section } from "../projection/check/section.js";
import { type Tenant } from "../core/tenant.js";
import {
  expectedNames,
  spellingsOf,
  titlesToPut,
  titlesUsing,
  type NameUse,
  type Spellings,
  type TitleSource,
} from "./catalog-expectations.js";
import { type TitleProjection } from "./title-follower.js";

/** The names that a projection keeps beside its titles, as they are compared. */
export interface StoredNames {
  /** Under which keys a name is kept. */
  keysOf(name: NameUse): readonly string[];
  /** How a spelling is stored; unless given, as it is. */
  stored?: (spelling: string) => string;
  /** The names of keys. */
  of(tenant: Tenant, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Keys of names that no title uses, in batches; left out where these may stay. */
  unused?(tenant: Tenant): AsyncIterable<readonly string[]>;
}

/** The names of people, genres and studios: one that titles use is there, spelled as one of them does, and no other is. */
export function nameSection(
  source: TitleSource,
  projection: TitleProjection,
  names: StoredNames,
): Section<Spellings, string> {
  const { stored = (spelling: string) => spelling } = names;
  const keysOf = (name: NameUse) => names.keysOf(name);
  return {
    kind: "name",
    faults: { absent: "dangling", surplus: "dangling" },
    size: (tenant) => source.count(tenant),
    expected: (tenant) => expectedNames(source, tenant, keysOf),
    keys: names.unused && ((tenant) => names.unused!(tenant)),
    expectedOf: (tenant, keys) => spellingsOf(source, tenant, keys, keysOf),
    storedOf: (tenant, keys) => names.of(tenant, keys),
    same: (spellings, name) => [...spellings].some((spelling) => stored(spelling) === name),
    // A title brings its names along.
    async repair(tenant, keys) {
      const users = await titlesUsing(source, tenant, keys, keysOf);
      await projection.put(tenant, await titlesToPut(source, tenant, users));
    },
  };
}
