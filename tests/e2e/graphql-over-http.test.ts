import { serverAudits } from "graphql-http";
import { describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";

const gateway = useGateway();

/** As a client that names its tenant: what a GET without any such header asks for is not executed. */
const fetchFn = (input: string, init?: RequestInit) => {
  const headers = new Headers(init?.headers);
  headers.set("x-marquee-tenant", "meridian");
  return fetch(input, { ...init, headers });
};

describe("the audits of graphql-http (GraphQL over HTTP, as its working group has written it down)", () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn });

  it("are all there", () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))("%s", async (_, audit) => {
    const result = await audit.fn();
    expect(result.status, "reason" in result ? result.reason : "").toBe("ok");
  });
});
