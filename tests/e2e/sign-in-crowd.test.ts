import { afterAll, beforeAll, expect, it } from "vitest";

import { startGateway, type TestGateway } from "../support/gateway.js";

const SIGN_IN =
  "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken errors { code field message } } }";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway?.close());

it("a crowd with wrong passwords is answered or told to wait, and takes nothing from another tenant", async () => {
  const variables = { input: { email: "viewer@meridian.example", password: "wrong" } };
  let crowded = true;
  const crowd = Promise.all(Array.from({ length: 80 }, () => gateway.ask(SIGN_IN, { variables })));
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
  const codes = (await crowd).map(({ data, errors }) => {
    expect(errors).toBeUndefined();
    return (data.signIn as { errors: { code: string }[] }).errors[0]?.code;
  });
  expect(new Set(codes)).toEqual(new Set(["BAD_CREDENTIALS", "SIGN_IN_BUSY"]));
  expect(await gateway.signIn("viewer@meridian.example")).toMatch(/^ey/);
});
