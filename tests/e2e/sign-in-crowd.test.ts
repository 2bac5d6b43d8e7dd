import { describe, expect, it } from "vitest";

import { openAccount } from "../support/accounts.js";
import { useGateway } from "../support/fixtures.js";

const SIGN_IN =
  "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken errors { code field message } } }";

// Addresses as a proxy of this machine tells them.
const gateway = useGateway(() => ({ MARQUEE_TRUSTED_PROXIES: "127.0.0.1" }));
const CROWD = { "x-forwarded-for": "192.0.2.1" };
const OWNER = { "x-forwarded-for": "198.51.100.7" };

/** Signs in as the demo's viewer; what comes of it. */
async function signIn(password: string, headers: Record<string, string>) {
  const variables = { input: { email: "viewer@meridian.example", password } };
  const { data, errors } = await gateway.ask(SIGN_IN, { variables, headers });
  expect(errors).toBeUndefined();
  return data.signIn as { accessToken: string | null; errors: { code: string }[] };
}

it("a crowd with wrong passwords is answered or told to wait, and takes nothing from another tenant", async () => {
  expect((await signIn("marquee", OWNER)).accessToken).toMatch(/^ey/);
  let crowded = true;
  const crowd = Promise.all(Array.from({ length: 80 }, () => signIn("wrong", CROWD)));
  void crowd.then(() => (crowded = false));
  let read = 0;
  while (crowded) {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        gateway.ask("{ titles(first: 1) { edges { node { id } } } }", { tenant: "lumen" }),
      ),
    );
    for (const { errors } of answers) expect(errors).toBeUndefined();
    read += answers.length;
  }
  expect(read).toBeGreaterThan(0);
  const codes = (await crowd).map(({ errors }) => errors[0]?.code);
  expect(codes.filter((code) => code === "BAD_CREDENTIALS").length).toBeLessThanOrEqual(10);
  expect(codes).toContain("TOO_MANY_GUESSES");
  for (const code of codes) expect(code).toMatch(/^(BAD_CREDENTIALS|SIGN_IN_BUSY|TOO_MANY_GUESSES)$/);
  expect((await signIn("marquee", OWNER)).accessToken).toMatch(/^ey/);
});

describe("a thousand passwords tried for one account", () => {
  const TRIES = 1_000;
  /** A request of a few tries: as many as may cost what they cost. */
  const document = (count: number) =>
    `mutation ($email: String!) { ${Array.from(
      { length: count },
      (_, n) => `g${n}: signIn(input: { email: $email, password: "guess ${n}" }) { errors { code } }`,
    ).join(" ")} }`;
  let tenant: string;
  const tried = async (email: string, count: number, headers: Record<string, string>) => {
    const { data } = await gateway.ask(document(count), { variables: { email }, headers, tenant });
    const payloads = Object.values(data ?? {}) as { errors: { code: string }[] }[];
    return payloads.map(({ errors }) => errors[0]?.code);
  };
  /** What one request after another, or all at once, comes to. */
  const ways: Record<string, (email: string) => Promise<(string | undefined)[]>> = {
    aliases: async (email) => inTurn(125, () => tried(email, 4, from(1))),
    "one batch": (email) => batched(email),
    connections: async (email) =>
      (
        await Promise.all(Array.from({ length: 20 }, () => inTurn(13, () => tried(email, 1, from(2)))))
      ).flat(),
    addresses: (email) => inTurn(250, (n) => tried(email, 1, from(n))),
  };

  it("are evaluated ten a minute at most, as aliases, batches, connections and addresses in turn", async () => {
    const own = await gateway.createTenant();
    tenant = own.slug;
    const { account } = await openAccount(gateway, own);
    const email = `${account}@example.com`;
    const began = performance.now();
    const codes = [];
    for (const way of Object.values(ways)) codes.push(...(await way(email)));
    expect(codes.length).toBeGreaterThanOrEqual(TRIES);
    const minutes = Math.ceil((performance.now() - began) / 60_000);
    const evaluated = codes.filter((code) => code === "BAD_CREDENTIALS").length;
    expect(evaluated).toBeGreaterThan(0);
    expect(evaluated).toBeLessThanOrEqual(10 * minutes);
    const others = codes.filter(
      (code) => !/^(BAD_CREDENTIALS|TOO_MANY_GUESSES|SIGN_IN_BUSY)$/.test(code ?? ""),
    );
    expect(new Set(others)).toEqual(new Set(["REFUSED"]));
  });

  const from = (n: number) => ({ "x-forwarded-for": `203.0.${n >> 8}.${n & 255}` });

  async function inTurn<T>(times: number, work: (n: number) => Promise<T[]>): Promise<T[]> {
    const all = [];
    for (let n = 0; n < times; n += 1) all.push(...(await work(n)));
    return all;
  }

  /** A batch is refused as a whole. */
  async function batched(email: string) {
    const request = { query: document(1), variables: { email } };
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...from(3) },
      body: JSON.stringify(Array.from({ length: 50 }, () => request)),
    });
    expect(response.status).toBe(400);
    return Array.from({ length: 50 }, () => "REFUSED");
  }
});
