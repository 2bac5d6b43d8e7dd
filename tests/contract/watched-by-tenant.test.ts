import { randomUUID } from "node:crypto";

import { expect, it } from "vitest";

import { viewerAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, signedIn, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { watch } from "./recommendations-support.js";

const stores = useStores();
const DAY_MS = 86_400_000;
const FILMS = ["a", "b", "c"];

it("what a tenant's viewers have watched is what counts, and forgetting one of them makes it no more", async () => {
  const tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    FILMS.map((id) => titleBody({ id })),
  );
  const accounts = ["p1", "p2"].map((id) =>
    viewerAccount(id, { profiles: [adultProfile(id), adultProfile(`${id} stays`)] }),
  );
  await stores.accounts.putAccounts(tenant, accounts);
  const watches = [1, 2, 3].flatMap((daysAgo) =>
    FILMS.map((title) =>
      watch("p1", title, new Date(Date.now() - daysAgo * DAY_MS).toISOString(), { id: randomUUID() }),
    ),
  );
  await stores.viewingIngest.ingest(tenant, watches);
  // Told by a player that no session had allowed to play.
  for (const [minutesAgo, positionSeconds] of [
    [20, 0],
    [10, 600],
  ] as const)
    await stores.viewingWriting.recordProgress(tenant, {
      profileId: "p2",
      titleId: "a",
      positionSeconds,
      durationSeconds: 6_000,
      completed: null,
      device: "TV",
      country: "US",
      at: new Date(Date.now() - minutesAgo * 60_000),
      eventId: null,
    });
  const watched = () => stores.operations.watched(testRequest(tenant), 30);
  const before = { viewers: 1, seconds: watches.length * 3_600 };
  expect(await watched()).toEqual(before);

  const key = await signedIn(stores, tenant, "p1", "p1 stays");
  const viewer = await stores.accounts.viewer(testRequest(tenant), key);
  await stores.profiles.delete(tenant, viewer!, "p1");
  expect(await watched()).toEqual(before);
  expect(await stores.operations.watched(testRequest(tenant), 2)).toEqual({ viewers: 1, seconds: 3 * 3_600 });
});
