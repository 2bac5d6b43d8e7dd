import { expect, it } from "vitest";

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
