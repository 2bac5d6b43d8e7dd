import { randomUUID } from "node:crypto";

import { beforeAll, describe, expect, it } from "vitest";

import { hashPassword } from "../../packages/passwords/index.js";
import { viewerAccount } from "../support/accounts.js";
import { use, useLoneGateway } from "../support/fixtures.js";
import { openInbox, type ReceivedMail } from "../support/inbox.js";

/*
 * Which account an address signs in, and whom others keep out of it. Addresses of clients as a proxy of this machine tells
 * them; the tenant by default and another are of a database of their own.
 */

const PASSWORD = "correct horse";
const NEXT = "battery staple";
const inbox = use(openInbox);
const { gateway } = useLoneGateway(() => ({
  MARQUEE_SMTP_URL: inbox.url,
  MARQUEE_MAIL_FROM: "Marquee <no-reply@marquee.example>",
  MARQUEE_MAIL_LINK: "https://watch.example/{action}?token={token}",
  MARQUEE_TRUSTED_PROXIES: "127.0.0.1",
}));
beforeAll(async () => {
  for (const slug of ["meridian", "lumen"])
    await gateway.stores.tenants.create({ slug, name: slug, tier: "SHARED", defaultCountry: "US" });
});

interface From {
  tenant?: string;
  /** Where the request comes from. */
  address?: string;
}
interface Payload {
  viewer: { tenant: { slug: string } } | null;
  errors: { code: string }[];
}
/** What a mutation comes to: the tenant of who was signed in, or the code of the refusal. */
async function send(name: string, type: string, input: object, from: From = {}): Promise<string> {
  const fields = /^sign/.test(name) ? "viewer { tenant { slug } }" : "";
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} errors { code } } }`;
  const headers = { "x-forwarded-for": from.address ?? "192.0.2.1" };
  const answer = await gateway.ask(query, { variables: { input }, headers, tenant: from.tenant });
  expect(answer.errors).toBeUndefined();
  const { viewer, errors } = answer.data[name] as Payload;
  return errors[0]?.code ?? viewer?.tenant.slug ?? "done";
}
const signUp = (email: string, from?: From) =>
  send("signUp", "SignUpInput", { email, password: PASSWORD }, from);
const signIn = (email: string, password = PASSWORD, from?: From) =>
  send("signIn", "SignInInput", { email, password }, from);
const requestReset = (email: string, from?: From) =>
  send("requestPasswordReset", "RequestPasswordResetInput", { email }, from);
const tokenIn = (mail: ReceivedMail | undefined) => /\?token=(\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
const resetTo = async (email: string) => tokenIn((await inbox.mailsTo(email, "/reset-password?"))[0]);

describe("an address whose domain begins like a tenant's name", () => {
  it.each(["kim@lumen.com", "lea@lumen.example"])(
    "signs in where it has signed up, at the tenant by default: %s",
    async (email) => {
      expect(await signUp(email, { address: "192.0.2.2" })).toBe("meridian");
      expect(await signIn(email)).toBe("meridian");
      expect(await signIn(email.toUpperCase())).toBe("meridian");
      expect(await signIn(email, PASSWORD, { tenant: "lumen" })).toBe("BAD_CREDENTIALS");
      expect(await requestReset(email)).toBe("done");
      expect(await resetTo(email)).toMatch(/^meridian\./);
    },
  );

  it("signs in at the tenant that its domain names where the one by default does not know it", async () => {
    const email = `${randomUUID()}@lumen.example`;
    expect(await signUp(email, { tenant: "lumen", address: "192.0.2.3" })).toBe("lumen");
    expect(await signIn(email)).toBe("lumen");
    expect(await signIn(email, "guess")).toBe("BAD_CREDENTIALS");
    expect(await signIn(email, PASSWORD, { tenant: "meridian" })).toBe("BAD_CREDENTIALS");
    expect(await requestReset(email)).toBe("done");
    expect(await resetTo(email)).toMatch(/^lumen\./);
  });

  it("is looked for in as many calls as one that nobody has, and may be guessed at as often", async () => {
    const known = `${randomUUID()}@lumen.example`;
    await signUp(known, { tenant: "lumen", address: "192.0.2.4" });
    const nobody = `${randomUUID()}@lumen.example`;
    const seen = [];
    for (const [at, email] of [known, nobody].entries()) {
      const query = `mutation { signIn(input: { email: "${email}", password: "guess" }) { errors { code } } }`;
      const { data, extensions } = await gateway.ask(query, { explain: true });
      const calls = extensions?.explain?.calls.map(({ store, operation }) => `${store} ${operation}`);
      const address = `198.51.${at}.1`;
      const tries = async (tenant?: string) => {
        const codes = [];
        for (let n = 0; n < 8; n += 1)
          codes.push(await signIn(email, "guess", { address, ...(tenant !== undefined && { tenant }) }));
        return codes;
      };
      const all = [await tries(), await tries("lumen"), await tries("meridian")];
      const headers = { "x-forwarded-for": address };
      const again = async () => {
        const answer = await gateway.ask(query, { headers, explain: true });
        expect(answer.data).toEqual({ signIn: { errors: [{ code: "TOO_MANY_GUESSES" }] } });
        return answer.extensions?.explain?.calls;
      };
      // From memory, where the last refusal is less than a second old.
      await expect.poll(again, { timeout: 10_000 }).toEqual([]);
      seen.push({ data, calls, tries: all });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]!.tries.flat()).toContain("TOO_MANY_GUESSES");
  });
});

describe("one address", () => {
  it("has one account in every spelling of case, normal form and domain", async () => {
    const name = `anna-${randomUUID()}é`;
    const domains = ["münchen.example", "xn--mnchen-3ya.example", "MU\u0308NCHEN.EXAMPLE"];
    const spelled = domains.map((domain, n) => `${n ? name.normalize("NFD").toUpperCase() : name}@${domain}`);
    const codes = [];
    for (const email of spelled) codes.push(await signUp(email, { address: "192.0.2.5" }));
    expect(codes).toEqual(["meridian", "EMAIL_TAKEN", "EMAIL_TAKEN"]);
    for (const email of spelled) expect(await signIn(email)).toBe("meridian");
  });

  it("that was kept before domains had one form is not given to another, signs in and is mailed", async () => {
    const tenant = (await gateway.stores.tenants.bySlug("meridian"))!;
    const id = `kept-${randomUUID()}`;
    const email = `${id}@xn--mnchen-3ya.example`;
    const passwordHash = await hashPassword(PASSWORD);
    await gateway.stores.accounts.putAccounts(tenant, [viewerAccount(id, { email, passwordHash })]);
    const typed = `${id}@münchen.example`;
    expect(await signUp(typed, { address: "192.0.2.6" })).toBe("EMAIL_TAKEN");
    expect(await signIn(typed)).toBe("meridian");
    expect(await requestReset(typed)).toBe("done");
    // The server of the tests tells domains in letters, however they came.
    const input = { token: await resetTo(typed), newPassword: NEXT };
    expect(await send("resetPassword", "ResetPasswordInput", input)).toBe("done");
    expect(await signIn(typed, NEXT)).toBe("meridian");
  });

  it.each(["a@b..c", "a@b.c.", "a<b>;c@x.example", "a,b@x.example", "zo\u200be@x.example"])(
    "is refused where it is none, with what would be accepted: %j",
    async (email) => {
      const query =
        "mutation ($input: SignUpInput!) { signUp(input: $input) { errors { field code message } } }";
      const { data } = await gateway.ask(query, { variables: { input: { email, password: PASSWORD } } });
      const [error] = (data.signUp as { errors: { message: string }[] }).errors;
      expect(error).toMatchObject({ field: "email", code: "INVALID_EMAIL" });
      expect(error!.message).toContain("name@domain.example");
      expect(await requestReset(email)).toBe("INVALID_EMAIL");
    },
  );
});

describe("while somebody guesses", () => {
  it("from many addresses of a network, the owner gets in from another", async () => {
    const email = `${randomUUID()}@example.com`;
    await signUp(email, { address: "203.0.113.1" });
    const codes = [];
    for (let n = 0; n < 14; n += 1) codes.push(await signIn(email, "guess", { address: `198.18.0.${n}` }));
    expect(codes.filter((code) => code === "BAD_CREDENTIALS")).toHaveLength(7);
    expect(await signIn(email, PASSWORD, { address: "198.19.0.1" })).toBe("meridian");
  });

  it("from as many networks, the owner gets in from where they are known, and elsewhere by a mail", async () => {
    const email = `${randomUUID()}@example.com`;
    await signUp(email, { address: "203.0.113.2" });
    const codes = [];
    for (let n = 0; n < 14; n += 1)
      codes.push(await signIn(email, "guess", { address: `2001:db8:${n + 1}::1` }));
    expect(codes.filter((code) => code === "BAD_CREDENTIALS")).toHaveLength(10);
    expect(await signIn(email, PASSWORD, { address: "203.0.113.2" })).toBe("meridian");
    const elsewhere = { address: "203.0.113.99" };
    expect(await signIn(email, PASSWORD, elsewhere)).toBe("TOO_MANY_GUESSES");
    expect(await requestReset(email, elsewhere)).toBe("done");
    const input = { token: await resetTo(email), newPassword: NEXT };
    expect(await send("resetPassword", "ResetPasswordInput", input, elsewhere)).toBe("done");
    expect(await signIn(email, NEXT, elsewhere)).toBe("meridian");
  });

  it("the mail that verifies an address lets its owner in as well", async () => {
    const email = `${randomUUID()}@example.com`;
    await signUp(email, { address: "203.0.113.3" });
    const [mail] = await inbox.mailsTo(email, "/verify-email?");
    for (let n = 0; n < 14; n += 1) await signIn(email, "guess", { address: `2001:db9:${n + 1}::1` });
    const elsewhere = { address: "203.0.113.97" };
    expect(await signIn(email, PASSWORD, elsewhere)).toBe("TOO_MANY_GUESSES");
    expect(await send("verifyEmail", "VerifyEmailInput", { token: tokenIn(mail) }, elsewhere)).toBe("done");
    expect(await signIn(email, PASSWORD, elsewhere)).toBe("meridian");
  });
});

describe("sign-ups", () => {
  it("are taken sixty a minute from an address at a tenant, whatever comes of them", async () => {
    const address = "203.0.113.4";
    const taken = `${randomUUID()}@example.com`;
    const codes = [await signUp(taken, { address })];
    for (let n = 0; n < 63; n += 1)
      codes.push(await signUp(n % 2 ? taken : `${randomUUID()}@example.com`, { address }));
    expect(codes.slice(0, 60).filter((code) => code === "EMAIL_TAKEN")).toHaveLength(29);
    expect(codes.slice(0, 60).filter((code) => code === "meridian")).toHaveLength(31);
    expect(codes.slice(60)).toEqual(Array.from({ length: 4 }, () => "TOO_MANY_GUESSES"));
    expect(await signUp(`${randomUUID()}@example.com`, { address: "203.0.113.5" })).toBe("meridian");
    expect(await signUp(`${randomUUID()}@example.com`, { address, tenant: "lumen" })).toBe("lumen");
    expect(await signIn(taken, PASSWORD, { address })).toBe("meridian");
  });
});
