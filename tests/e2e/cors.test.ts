import { describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { sendRaw } from "../support/http.js";

const APP = "https://app.example";

/** What a browser asks before it sends JSON with a token from another origin. */
const preflight = (url: string, origin: string) =>
  sendRaw(`${url}/graphql`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-marquee-tenant",
    },
  });

const post = (url: string, origin: string, query = "{ __typename }") =>
  sendRaw(`${url}/graphql`, {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });

describe("with a list of origins", () => {
  const gateway = useGateway(() => ({
    MARQUEE_CORS_ORIGINS: `${APP}, http://localhost:3000`,
    MARQUEE_CORS_CREDENTIALS: "true",
  }));

  it("answers the preflight of a page on the list, for browsers to keep", async () => {
    for (const origin of [APP, "http://localhost:3000"]) {
      const { status, headers } = await preflight(gateway.url, origin);
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, HEAD, POST",
        "access-control-allow-headers": "authorization,content-type,x-marquee-tenant",
        "access-control-max-age": "7200",
      });
      expect(headers.vary).toMatch(/origin/i);
    }
  });

  it("lets such a page read what clients need of an answer's headers, of refusals too", async () => {
    for (const query of ["{ __typename }", "{ nothing"]) {
      const { headers } = await post(gateway.url, APP, query);
      expect(headers["access-control-allow-origin"]).toBe(APP);
      const exposed = headers["access-control-expose-headers"]?.split(", ") ?? [];
      expect(exposed).toEqual(
        expect.arrayContaining(["x-request-id", "x-marquee-consistency", "ratelimit", "retry-after"]),
      );
    }
    const refused = await sendRaw(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { origin: APP, authorization: "Bearer no", "content-type": "application/json" },
      body: '{"query":"{ __typename }"}',
    });
    expect(refused.status).toBe(401);
    expect(refused.headers["access-control-allow-origin"]).toBe(APP);
  });

  it("tells pages that are not on it nothing", async () => {
    for (const origin of [
      "https://evil.example",
      "https://app.example.evil.example",
      "null",
      "http://app.example",
    ]) {
      expect((await preflight(gateway.url, origin)).headers["access-control-allow-origin"]).toBeUndefined();
      const { headers } = await post(gateway.url, origin);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
});

describe("without origins", () => {
  const gateway = useGateway(() => ({ MARQUEE_CORS_ORIGINS: "none" }));

  it("has no page of another origin use it", async () => {
    const { status, headers } = await preflight(gateway.url, APP);
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET, POST");
    expect((await post(gateway.url, APP)).headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("with *", () => {
  const gateway = useGateway(() => ({ MARQUEE_CORS_ORIGINS: "*" }));

  it("serves any page, without credentials", async () => {
    const { status, headers } = await preflight(gateway.url, "https://anything.example");
    expect(status).toBe(204);
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
    expect((await post(gateway.url, APP)).headers["access-control-allow-origin"]).toBe("*");
  });
});
