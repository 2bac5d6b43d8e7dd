import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { mayMeet } from "../../datasources/catalog/audience.js";
import { type CreditRole } from "../../datasources/core/title.document.js";
import { type Page, type Position } from "../../datasources/core/page.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { testRequest } from "../support/stores.js";
import { firstPage, PEOPLE, variedTitles, viewer, type CatalogUnderTest } from "./catalog-model.js";

/** What pages of people's credits must do, whichever engine answers them. */
export function catalogCreditsContract(name: string, open: () => Promise<CatalogUnderTest>): void {
  describe(`credits of people in ${name}`, () => {
    const titles = variedTitles(44);
    const [ada, bo] = [PEOPLE[0]!, PEOPLE[1]!];
    let under: CatalogUnderTest;
    let tenant: Tenant;
    beforeAll(async () => {
      under = await open();
      tenant = await under.createTenant();
      await under.projection.put(tenant, titles);
    });
    afterAll(() => under.close());

    /** `title role`, newest title first. */
    const creditsOf = (person: string): string[] => {
      const credits = titles
        .filter((title) => mayMeet(title, viewer))
        .flatMap((title) =>
          title.credits
            .filter((credit) => credit.person.id === person)
            .map(({ role }) => ({ year: title.releaseYear ?? 0, text: `${title.id} ${role}` })),
        );
      credits.sort((a, b) => b.year - a.year || (a.text < b.text ? 1 : -1));
      return [...new Set(credits.map(({ text }) => text))];
    };
    const text = ({ titleId, role }: { titleId: string; role: CreditRole }) => `${titleId} ${role}`;

    it("come newest first in pages of each person's own, in one store call", async () => {
      const request = testRequest(tenant);
      const keys: { person: string; page: Page }[] = [
        { person: ada.id, page: firstPage(3) },
        { person: bo.id, page: firstPage(100) },
        { person: "nobody\0", page: firstPage(3) },
        { person: ada.id, page: { limit: 2, fromEnd: true } },
        { person: ada.id, page: firstPage(3) },
        { person: bo.id, page: firstPage(0) },
      ];
      const pages = await under.catalog.creditsOfPeople(request, viewer, keys);
      expect(pages.map(({ rows, hasMore }) => [rows.map(text), hasMore])).toEqual([
        [creditsOf(ada.id).slice(0, 3), true],
        [creditsOf(bo.id), false],
        [[], false],
        [creditsOf(ada.id).slice(-2), true],
        [creditsOf(ada.id).slice(0, 3), true],
        [[], true],
      ]);
      expect(request.calls.calls).toHaveLength(1);
    });

    it.each([false, true])("show each credit once page by page (from the end: %s)", async (fromEnd) => {
      const read: string[] = [];
      for (let at: Position | undefined; ;) {
        const page = { limit: 3, fromEnd, ...(fromEnd ? { before: at } : { after: at }) };
        const [found] = await under.catalog.creditsOfPeople(testRequest(tenant), viewer, [
          { person: ada.id, page },
        ]);
        read.splice(fromEnd ? 0 : read.length, 0, ...found!.rows.map(text));
        if (!found!.hasMore) break;
        at = (fromEnd ? found!.rows[0] : found!.rows.at(-1))?.position;
      }
      expect(read).toEqual(creditsOf(ada.id));
      expect(read.length).toBeGreaterThan(6);
    });
  });
}
