import { describe, expect, it } from "vitest";

import { type ApiKeys } from "../../datasources/api-keys/api-keys.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { KeyReader } from "../../src/auth/key-reader.js";
import { claimedTenant } from "../../src/http/claims.js";

const KEY = `mq_corner_0123456789ab_${"A".repeat(43)}`;

/** A key that is good while `good` is true, how often it was asked for and noted, and the time. Milliseconds. */
function keys() {
  const kept = { good: true, asked: 0, noted: 0, now: 1_000 };
  const scopeOf: ApiKeys["scopeOf"] = async (_request, { id }) => {
    kept.asked += 1;
    return kept.good && id === "0123456789ab" ? ["Query.titles", "Mutation.putTitle"] : null;
  };
  const used: ApiKeys["used"] = async () => void (kept.noted += 1);
  const bySlug = async (slug: string) => (slug === "corner" ? ({ id: 1, slug } as Tenant) : null);
  return { kept, reader: new KeyReader({ scopeOf, used }, { bySlug }, { now: () => kept.now }) };
}

describe("an API key", () => {
  it("is looked up once in two seconds, so that a revoked one is refused within these", async () => {
    const { kept, reader } = keys();
    for (let n = 0; n < 100; n += 1)
      expect(await reader.read(KEY)).toMatchObject({ tenant: "corner", editor: true });
    expect(kept.asked).toBe(1);
    kept.good = false;
    kept.now += 2_001;
    await expect(reader.read(KEY)).rejects.toMatchObject({ extensions: { code: "UNAUTHENTICATED" } });
  });

  it("is noted to be used once a minute", async () => {
    const { kept, reader } = keys();
    for (let n = 0; n < 31; n += 1) {
      await reader.read(KEY);
      kept.now += 2_001;
    }
    expect(kept).toMatchObject({ asked: 31, noted: 2 });
  });

  it("that is none is not looked up", async () => {
    const { kept, reader } = keys();
    for (const text of ["mq_", KEY.slice(0, -1), `${KEY}A`, KEY.replace("corner", "Corner"), "mq_corner_x_y"])
      await expect(reader.read(text), text).rejects.toMatchObject({
        extensions: { code: "UNAUTHENTICATED" },
      });
    await expect(reader.read(KEY.replace("corner", "other"))).rejects.toThrow("API key");
    expect(kept.asked).toBe(0);
  });
});

it("counts for its tenant before it is looked up, like a token", () => {
  for (const headers of [{ "x-api-key": KEY }, { authorization: `Bearer ${KEY}` }])
    expect(claimedTenant({ ...headers, "x-marquee-tenant": "other" })).toBe("corner");
  expect(claimedTenant({ "x-api-key": "mq_", "x-marquee-tenant": "Other" })).toBe("other");
});
