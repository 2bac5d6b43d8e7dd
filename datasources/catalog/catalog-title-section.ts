import { differing, unexpected, type Section } from "../projection/check/section.js";
import { type Tenant } from "../core/tenant.js";
import { expectedTitles, titlesOf, type TitleSource } from "./catalog-expectations.js";
import { type TitleDocument } from "../core/title.document.js";

/** The titles that a catalogue has stored, as they are compared. */
export interface StoredTitles<S extends { content: string }> {
  /** What is stored of a title, as a text that is the same where it is. Popularity, which is no fact, is not in it. */
  contentOf(title: TitleDocument): string;
  ids(tenant: Tenant): AsyncIterable<string[]>;
  /** What is stored of these ids, by id. */
  of(tenant: Tenant, ids: readonly string[]): Promise<Map<string, S>>;
  /** Makes these ids what they should be. */
  mend(tenant: Tenant, ids: readonly string[]): Promise<void>;
}

/** The titles of a catalogue, each as a whole, compared with those in force. */
export function titleSection<S extends { content: string }>(
  source: TitleSource,
  titles: StoredTitles<S>,
): Section<string, S> {
  const section: Section<string, S> = {
    kind: "title",
    faults: { absent: "missing", surplus: "orphaned" },
    size: async (tenant) => 2 * (await source.count(tenant)),
    async *suspects(tenant, looked) {
      const expected = expectedTitles(source, tenant, (title) => titles.contentOf(title));
      yield* differing(section, tenant, expected, looked);
      yield* unexpected(section, tenant, titles.ids(tenant), looked);
    },
    expectedOf: async (tenant, ids) => {
      const found = await titlesOf(source, tenant, ids);
      return new Map([...found].map(([id, title]) => [id, titles.contentOf(title)]));
    },
    storedOf: (tenant, ids) => titles.of(tenant, ids),
    same: (expected, stored) => expected === stored.content,
    mend: (tenant, ids) => titles.mend(tenant, ids),
  };
  return section;
}
