import { describe, expect, it } from "vitest";

import { signed } from "../../scripts/abuse/malformed/sent-request.js";
import { readTokenKey } from "../../src/auth/token-key.js";
import { newTokenKey } from "../../scripts/token-key.js";
import { badTokens } from "../support/bad-tokens.js";
import { useGateway } from "../support/fixtures.js";
import { TEST_SECRET } from "../support/gateway.js";
import { sendRaw } from "../support/http.js";

const TOKEN_KEY = newTokenKey();
const gateway = useGateway(() => ({ MARQUEE_TOKEN_KEY: TOKEN_KEY }));
const QUERY = "{ viewer { profile { id } } titles(first: 1) { edges { node { id } } } }";

async function ask(authorization: string) {
  const answer = await sendRaw(`${gateway.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      authorization,
    },
    body: JSON.stringify({ query: QUERY }),
  });
  const body = JSON.parse(answer.body.toString()) as { errors: { extensions: { requestId?: string } }[] };
  for (const { extensions } of body.errors ?? []) delete extensions.requestId;
  return { status: answer.status, challenge: answer.headers["www-authenticate"], body };
}

/** A profile that is signed in, and what signs its tokens. */
async function ground() {
  const identity = { tenant: "meridian", account: "viewer", profile: "meridian-viewer" };
  const { session } = await gateway.tokens.verify(await gateway.tokenFor(identity));
  const claims = { ten: "meridian", acc: "viewer", pro: "meridian-viewer", sid: session };
  return { claims, key: await readTokenKey(TOKEN_KEY) };
}

describe("a token that is none of ours", () => {
  it("is refused in one way, whatever is wrong with it", async () => {
    const { claims, key } = await ground();
    expect((await ask(`Bearer ${signed(claims, key)}`)).status).toBe(200);
    const bad = await badTokens(claims, key, TEST_SECRET);
    expect(bad.size).toBeGreaterThan(150);
    for (const [what, token] of bad) {
      expect(await ask(`Bearer ${token}`), what).toEqual({
        status: 401,
        challenge: expect.stringContaining("Bearer") as unknown,
        body: {
          errors: [
            {
              message: "authorization: the access token is not valid. Sign in again.",
              extensions: {
                code: "UNAUTHENTICATED",
                field: "authorization",
                accepted: "Bearer and a token from signIn",
              },
            },
          ],
        },
      });
    }
  });

  it("is told apart where it has expired, and nowhere else", async () => {
    const { claims, key } = await ground();
    const past = Math.floor(Date.now() / 1000) - 300;
    const { status, body } = await ask(`Bearer ${signed({ ...claims, iat: past - 300, exp: past }, key)}`);
    expect(status).toBe(401);
    expect(body.errors).toMatchObject([
      { message: expect.stringContaining("has expired") as unknown, extensions: { code: "UNAUTHENTICATED" } },
    ]);
  });

  it("is asked for as a bearer token", async () => {
    const { claims, key } = await ground();
    const token = signed(claims, key);
    for (const authorization of [
      "Basic dmlld2VyOm1hcnF1ZWU=",
      "Bearer",
      token,
      `Bearer ${token} b`,
      "Bearer a b",
    ])
      expect(await ask(authorization), authorization).toMatchObject({
        status: 401,
        body: { errors: [{ extensions: { code: "UNAUTHENTICATED", field: "authorization" } }] },
      });
  });
});
