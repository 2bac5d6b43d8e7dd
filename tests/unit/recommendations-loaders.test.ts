import { expect, it } from "vitest";

import { CallLog } from "../../datasources/core/store-request.js";
import { recommendationsLoaders } from "../../datasources/recommendations/recommendations.loaders.js";
import {
  type KeptRecommendations,
  type Recommendations,
} from "../../datasources/recommendations/recommendations.js";

it("a kept model is asked once for all of its profiles, however often each is", async () => {
  const asked: [number, readonly string[]][] = [];
  const kept: KeptRecommendations = {
    forProfiles: (_, model, profiles) => {
      asked.push([model, profiles]);
      const list = (profile: string) => [{ titleId: `${model} ${profile}`, score: 1, because: "seen" }];
      return Promise.resolve(new Map(profiles.map((profile) => [profile, list(profile)])));
    },
  };
  const none: Recommendations = {
    forProfiles: () => Promise.resolve(new Map()),
    similarTo: () => Promise.resolve(new Map()),
  };
  const request = { tenant: { id: 1 }, calls: new CallLog() } as Parameters<typeof recommendationsLoaders>[2];
  const audience = { maturityLimit: 18 } as Awaited<ReturnType<Parameters<typeof recommendationsLoaders>[3]>>;
  const { byModel } = recommendationsLoaders(none, kept, request, () => Promise.resolve(audience));
  const keys = [..."ppppppppppq"].map((profile) => ({ model: 3, profile }));
  const lists = await byModel.loadAll([...keys, { model: 4, profile: "p" }]);
  expect(asked).toEqual([
    [3, ["p", "q"]],
    [4, ["p"]],
  ]);
  expect(lists.map(([first]) => first!.titleId)).toEqual([
    ...keys.map(({ profile }) => `3 ${profile}`),
    "4 p",
  ]);
});
