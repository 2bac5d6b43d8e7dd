import { expect, it } from "vitest";

import { MemoryRecommendations } from "../../datasources/recommendations/recommendations.memory.js";
import { NOT_FOR_ME_SEEDS } from "../../datasources/recommendations/recommendations.js";
import { graph } from "../contract/recommendations-support.js";
import { testRequest } from "../support/stores.js";

it("orders what is not for a profile by the microsecond, as stores do", async () => {
  // Within one millisecond, and said in the order opposite to that of the titles.
  const aversions = Array.from({ length: NOT_FOR_ME_SEEDS + 1 }, (_, n) => ({
    profileId: "p",
    titleId: `no${String(n).padStart(2, "0")}`,
    at: `2026-05-01T20:11:00.0009${String(99 - n)}Z`,
    revision: 1,
  }));
  const earliest = aversions.at(-1)!.titleId;
  const memory = new MemoryRecommendations(
    graph(
      aversions.map(({ titleId }) => `${titleId} near${titleId} 0.5\nliked near${titleId} 0.1`).join("\n"),
    ),
    new Map([
      [
        "p",
        {
          watches: [
            {
              profileId: "p",
              titleId: "liked",
              at: "2026-05-01T20:12:00.000000Z",
              completed: true,
              rating: 5,
            },
          ],
          aversions,
        },
      ],
    ]),
  );
  const lists = await memory.forProfiles(testRequest({ id: 1 } as never), ["p"], 50);
  expect(lists.get("p")?.map(({ titleId }) => titleId)).toEqual([`near${earliest}`]);
});
