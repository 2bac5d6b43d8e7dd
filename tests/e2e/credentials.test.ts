import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { MAIL_LANGUAGES } from "../../datasources/core/vocabulary.js";
import { FolderMailer } from "../../src/mail/folder-mailer.js";
import { use, useGateway, useLoneGateway, useSuperuser } from "../support/fixtures.js";
import { openInbox, type ReceivedMail } from "../support/inbox.js";
import { PATIENCE } from "../support/patience.js";
import { testRequest } from "../support/stores.js";
import { meetOutside } from "../support/unsealed.js";

const PASSWORD = "correct horse";
const OTHER = "battery staple";
// "password", hashed as passwords were before: RFC 7914, section 12.
const OLD_HASH =
  "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA";

/** What mails of a kind have in their links. */
const RESETTING = "/reset-password?";
const VERIFYING = "/verify-email?";

const inbox = use(openInbox);
const { gateway, database: own } = useLoneGateway(() => ({
  MARQUEE_SMTP_URL: inbox.url,
  MARQUEE_MAIL_FROM: "Marquee <no-reply@marquee.example>",
  MARQUEE_MAIL_LINK: "https://watch.example/{action}?token={token}",
  MARQUEE_TRUSTED_PROXIES: "127.0.0.1",
}));
const stores = use(() => own.open());
const database = useSuperuser("shared", own);
let tenant: Tenant;
beforeAll(async () => {
  tenant = await gateway.createTenant();
});

interface Payload {
  errors: { field: string | null; code: string }[];
  [field: string]: unknown;
}
/** Where requests come from: each test from its own, so that none uses up what another may ask for. */
let address = 0;
const send = async (mutation: string, input: object, asked: { token?: string; language?: string } = {}) => {
  const { token, language } = asked;
  const headers = {
    "x-forwarded-for": `198.51.100.${address}`,
    ...(language && { "accept-language": language }),
  };
  const answer = await gateway.ask(mutation, { variables: { input }, token, tenant: tenant.slug, headers });
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data)[0] as Payload;
};
const mutation = (name: string, type: string, fields: string) =>
  `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} errors { field code } } }`;
const SIGN_UP = mutation("signUp", "SignUpInput", "accessToken refreshToken");
const SIGN_IN = mutation("signIn", "SignInInput", "accessToken refreshToken");
const CHANGE = mutation("changePassword", "ChangePasswordInput", "changed");
const REQUEST = mutation("requestPasswordReset", "RequestPasswordResetInput", "requested");
const RESET = mutation("resetPassword", "ResetPasswordInput", "changed");
const VERIFY = mutation("verifyEmail", "VerifyEmailInput", "verified");
const CHANGE_EMAIL = mutation("changeEmail", "ChangeEmailInput", "requested");

/** Somebody new, with a token. */
async function newcomer(more: object = {}) {
  address += 1;
  const email = `${randomUUID()}@example.com`;
  const { accessToken, errors } = await send(SIGN_UP, { email, password: PASSWORD, ...more });
  expect(errors).toEqual([]);
  return { email, token: String(accessToken) };
}
const signIn = async (email: string, password: string) => {
  const { accessToken, errors } = await send(SIGN_IN, { email, password });
  return errors[0]?.code ?? String(accessToken);
};
/** The id of whoever has an address. */
const accountOf = async (email: string) =>
  (await stores.accounts.credentials(testRequest(tenant), email))!.accountId;
const viewer = async (token: string) =>
  ((await gateway.ask("{ viewer { account { email emailVerified } } }", { token })).data?.viewer ?? null) as {
    account: object;
  } | null;
const tokenIn = ({ text }: ReceivedMail) => /\?token=(\S+)/.exec(text)?.[1] ?? "";
const refusal = (field: string | null, code: string) => [{ field, code }];

describe("a password", () => {
  it("that was hashed before is verified, and hashed anew at sign-in", async () => {
    const { email } = await newcomer();
    const account = await accountOf(email);
    const hashes = async () =>
      (await database.query("select password_hash from accounts where id = $1", [account])).rows as {
        password_hash: string;
      }[];
    await database.query("update accounts set password_hash = $1 where id = $2", [OLD_HASH, account]);
    expect(await signIn(email, "guess")).toBe("BAD_CREDENTIALS");
    expect(await hashes()).toEqual([{ password_hash: OLD_HASH }]);
    expect(await signIn(email, "password")).toMatch(/^ey/);
    expect((await hashes())[0]?.password_hash).toMatch(/^\$argon2id\$/);
    expect(await signIn(email, "password")).toMatch(/^ey/);
  });

  it("that is hashed as before signs in twice at once", async () => {
    const { email } = await newcomer();
    const account = await accountOf(email);
    await database.query("update accounts set password_hash = $1 where id = $2", [OLD_HASH, account]);
    const tokens = await Promise.all([signIn(email, "password"), signIn(email, "password")]);
    expect(tokens).toEqual([expect.stringMatching(/^ey/), expect.stringMatching(/^ey/)]);
  });

  it("that many have, or that is the address, is refused at sign-up, change and reset", async () => {
    const { email, token } = await newcomer();
    const again = { email: `${randomUUID()}@example.com` };
    const common = refusal("password", "COMMON_PASSWORD");
    expect((await send(SIGN_UP, { ...again, password: "Password1" })).errors).toEqual(common);
    expect((await send(SIGN_UP, { ...again, password: again.email.toUpperCase() })).errors).toEqual(common);
    const change = { currentPassword: PASSWORD, newPassword: "iloveyou1" };
    expect((await send(CHANGE, change, { token })).errors).toEqual(refusal("newPassword", "COMMON_PASSWORD"));
    await send(REQUEST, { email });
    const [reset] = await inbox.mailsTo(email, RESETTING);
    const input = { token: tokenIn(reset!), newPassword: email.split("@")[0] };
    expect((await send(RESET, input)).errors).toEqual(refusal("newPassword", "COMMON_PASSWORD"));
  });
});

describe("changePassword", () => {
  it("takes the password that there is, ends every other session, and tells the owner", async () => {
    const { email, token } = await newcomer();
    const other = await signIn(email, PASSWORD);
    const change = { currentPassword: "guess", newPassword: OTHER };
    expect(await send(CHANGE, change, { token })).toEqual({
      changed: false,
      errors: refusal("currentPassword", "BAD_CREDENTIALS"),
    });
    expect(await viewer(other)).not.toBeNull();
    expect(await send(CHANGE, { ...change, currentPassword: PASSWORD }, { token })).toEqual({
      changed: true,
      errors: [],
    });
    expect(await viewer(other)).toBeNull();
    expect(await viewer(token)).not.toBeNull();
    expect(await signIn(email, PASSWORD)).toBe("BAD_CREDENTIALS");
    expect(await signIn(email, OTHER)).toMatch(/^ey/);
    const [told] = await inbox.mailsTo(email, "was changed");
    expect(told!.subject).toBe("Your password was changed");
  });
});

describe("a forgotten password", () => {
  it("is set anew by what a mail brought, once; every session ends", async () => {
    const { email, token } = await newcomer();
    expect(await send(REQUEST, { email: email.toUpperCase() })).toEqual({ requested: true, errors: [] });
    const [mail] = await inbox.mailsTo(email, RESETTING);
    expect(mail!.text).toContain("https://watch.example/reset-password?token=");
    const input = { token: tokenIn(mail!), newPassword: OTHER };
    expect((await send(RESET, { ...input, newPassword: "short" })).errors).toEqual(
      refusal("newPassword", "INVALID_PASSWORD"),
    );
    expect(await send(RESET, input)).toEqual({ changed: true, errors: [] });
    expect(await send(RESET, input)).toEqual({ changed: false, errors: refusal("token", "TOKEN_INVALID") });
    expect(await viewer(token)).toBeNull();
    expect(await signIn(email, PASSWORD)).toBe("BAD_CREDENTIALS");
    const signedIn = await signIn(email, OTHER);
    // Whoever has read the mail has shown whose address it is.
    expect(await viewer(signedIn)).toEqual({ account: { email, emailVerified: true } });
  });

  it("is answered the same for an address that nobody has, which gets no mail", async () => {
    const { email } = await newcomer();
    const nobody = `${randomUUID()}@example.com`;
    const calls = async (to: string) => {
      const asked = { variables: { input: { email: to } }, explain: true, tenant: tenant.slug };
      const { data, extensions } = await gateway.ask(REQUEST, asked);
      return { data, calls: extensions?.explain?.calls.map(({ operation }) => operation) };
    };
    const known = await calls(email);
    expect(known.data).toEqual({ requestPasswordReset: { requested: true, errors: [] } });
    expect(await calls(nobody)).toEqual(known);
    await inbox.mailsTo(email, RESETTING);
    const left = () =>
      database.query("select 1 from account_mails where tenant_id = $1 and account_id is null", [tenant.id]);
    await expect.poll(async () => (await left()).rowCount, PATIENCE).toBe(0);
    expect(inbox.mails.filter(({ to }) => to === nobody)).toEqual([]);
  });

  it("is none of whom an identity provider signs in, who is answered like nobody and gets no mail", async () => {
    address += 1;
    const email = `${randomUUID()}@example.com`;
    const { account } = (await meetOutside(stores, tenant, email))!;
    const known = await newcomer();
    const mails = async () =>
      (await database.query("select kind from account_mails where account_id = $1", [account])).rows;
    const asked = async (to: string) => {
      expect(await send(REQUEST, { email: to })).toEqual({ requested: true, errors: [] });
    };
    await asked(email);
    // Who asks later is mailed later.
    await asked(known.email);
    const [mail] = await inbox.mailsTo(known.email, RESETTING);
    const left = () =>
      database.query("select 1 from account_mails where tenant_id = $1 and account_id is null", [tenant.id]);
    await expect.poll(async () => (await left()).rowCount, PATIENCE).toBe(0);
    expect(await mails()).toEqual([]);
    expect(inbox.mails.filter(({ to }) => to === email)).toEqual([]);
    // One that was mailed before is good for nothing.
    await database.query(
      `update account_mails m set account_id = $1, email_sealed = a.email_sealed, email_hash = a.email_hash
       from accounts a where a.tenant_id = m.tenant_id and a.id = $1 and m.account_id = $2 and m.kind = 'RESET'`,
      [account, await accountOf(known.email)],
    );
    const input = { token: tokenIn(mail!), newPassword: OTHER };
    expect(await send(RESET, input)).toEqual({ changed: false, errors: refusal("token", "TOKEN_INVALID") });
    expect(await signIn(email, OTHER)).toBe("BAD_CREDENTIALS");
  });

  it("is no longer set by what is over, is of another kind, or was kept somewhere", async () => {
    const { email } = await newcomer();
    const [welcome] = await inbox.mailsTo(email, VERIFYING);
    await send(REQUEST, { email });
    const [mail] = await inbox.mailsTo(email, RESETTING);
    const { rows } = await database.query(
      "select row_to_json(m)::text as row from account_mails m where account_id = $1",
      [await accountOf(email)],
    );
    const secret = tokenIn(mail!).split(".")[1]!;
    expect(rows).toHaveLength(2);
    expect(secret.length).toBeGreaterThan(40);
    for (const { row } of rows as { row: string }[]) expect(row).not.toContain(secret);
    const invalid = refusal("token", "TOKEN_INVALID");
    const set = async (token: string) => (await send(RESET, { token, newPassword: OTHER })).errors;
    expect(await set(tokenIn(welcome!))).toEqual(invalid);
    for (const token of ["", "x", `lumen.${secret}`, `${tenant.slug}.${"A".repeat(43)}`])
      expect(await set(token)).toEqual(invalid);
    await database.query("update account_mails set expires_at = now() where account_id = $1", [
      await accountOf(email),
    ]);
    expect(await set(tokenIn(mail!))).toEqual(invalid);
  });

  it("is mailed about five times an hour to an address, whether or not anybody has it", async () => {
    const { email } = await newcomer();
    for (const to of [email, `${randomUUID()}@example.com`]) {
      address += 1;
      const codes = [];
      for (let n = 0; n < 6; n += 1) codes.push((await send(REQUEST, { email: to })).errors[0]?.code);
      expect(codes).toEqual([...Array.from({ length: 5 }, () => undefined), "TOO_MANY_MAILS"]);
    }
  });
});

describe("an address", () => {
  it("is verified by the mail that sign-up sends, once", async () => {
    const { email, token } = await newcomer();
    expect(await viewer(token)).toEqual({ account: { email, emailVerified: false } });
    const [mail] = await inbox.mailsTo(email);
    expect(mail!.text).toContain("https://watch.example/verify-email?token=");
    expect(await send(VERIFY, { token: tokenIn(mail!) })).toEqual({ verified: true, errors: [] });
    expect(await viewer(token)).toEqual({ account: { email, emailVerified: true } });
    expect((await send(VERIFY, { token: tokenIn(mail!) })).errors).toEqual(refusal("token", "TOKEN_INVALID"));
  });

  it("is verified by another mail that was asked for, and then not by the first", async () => {
    const { email, token } = await newcomer();
    const [first] = await inbox.mailsTo(email);
    const ask = "mutation { requestEmailVerification { requested errors { code } } }";
    expect((await gateway.ask(ask, { token })).data.requestEmailVerification).toEqual({
      requested: true,
      errors: [],
    });
    const both = await inbox.mailsTo(email, VERIFYING, 2);
    const second = both.find((mail) => mail !== first);
    expect((await send(VERIFY, { token: tokenIn(first!) })).verified).toBe(false);
    expect((await send(VERIFY, { token: tokenIn(second!) })).verified).toBe(true);
  });

  it("changes with the password, when the new one is verified; the old one is told", async () => {
    const { email, token } = await newcomer();
    const next = `${randomUUID()}@example.com`;
    const change = (input: object) =>
      send(CHANGE_EMAIL, { email: next, password: PASSWORD, ...input }, { token });
    expect((await change({ password: "guess" })).errors).toEqual(refusal("password", "BAD_CREDENTIALS"));
    expect((await change({ email: "nonsense" })).errors).toEqual(refusal("email", "INVALID_EMAIL"));
    const taken = await newcomer();
    expect((await change({ email: taken.email })).errors).toEqual(refusal("email", "EMAIL_TAKEN"));
    expect(await change({})).toEqual({ requested: true, errors: [] });
    expect(await viewer(token)).toEqual({ account: { email, emailVerified: false } });
    const [told] = await inbox.mailsTo(email, "another address");
    expect(told!.subject).toBe("Your address is to be changed");
    const [mail] = await inbox.mailsTo(next);
    expect((await send(VERIFY, { token: tokenIn(mail!) })).verified).toBe(true);
    expect(await viewer(token)).toEqual({ account: { email: next, emailVerified: true } });
    expect(await signIn(next, PASSWORD)).toMatch(/^ey/);
    expect(await signIn(email, PASSWORD)).toBe("BAD_CREDENTIALS");
  });

  it.each(["a mail", "the old one"])(
    "is not changed by who knew the password before it was set by %s",
    async (by) => {
      const { email, token } = await newcomer();
      const theirs = `${randomUUID()}@example.com`;
      await send(CHANGE_EMAIL, { email: theirs, password: PASSWORD }, { token });
      const [mail] = await inbox.mailsTo(theirs);
      if (by === "a mail") {
        await send(REQUEST, { email });
        const [reset] = await inbox.mailsTo(email, RESETTING);
        await send(RESET, { token: tokenIn(reset!), newPassword: OTHER });
      } else await send(CHANGE, { currentPassword: PASSWORD, newPassword: OTHER }, { token });
      expect((await send(VERIFY, { token: tokenIn(mail!) })).errors).toEqual(
        refusal("token", "TOKEN_INVALID"),
      );
      expect(await signIn(theirs, OTHER)).toBe("BAD_CREDENTIALS");
    },
  );

  it("is not taken from who has it meanwhile", async () => {
    const { token } = await newcomer();
    const next = `${randomUUID()}@example.com`;
    await send(CHANGE_EMAIL, { email: next, password: PASSWORD }, { token });
    const [mail] = await inbox.mailsTo(next);
    expect((await send(SIGN_UP, { email: next, password: PASSWORD })).errors).toEqual([]);
    expect((await send(VERIFY, { token: tokenIn(mail!) })).errors).toEqual(refusal("email", "EMAIL_TAKEN"));
  });
});

describe("mails", () => {
  it.each(MAIL_LANGUAGES)("are in the account's language: %s", async (language) => {
    const { email } = await newcomer({ language: language.toUpperCase() });
    // Asked for by somebody who reads another.
    await send(REQUEST, { email }, { language: language === "fr" ? "de" : "fr" });
    const [reset] = await inbox.mailsTo(email, RESETTING);
    const mails = await inbox.mailsTo(email, "", 2);
    expect(mails.map(({ headers }) => headers.get("content-language"))).toEqual([language, language]);
    const said = { en: "password", de: "Passwort", fr: "mot de passe", es: "contraseña", ja: "パスワード" };
    expect(reset!.subject).toContain(said[language]);
    expect(reset!.text).toContain(said[language]);
    expect(reset!.text).toContain(tenant.name);
  });

  it("are in what the client reads, where it says nothing else, and else in English", async () => {
    address += 1;
    for (const [header, language] of [
      ["de-AT, en;q=0.5", "de"],
      ["tlh", "en"],
    ] as const) {
      const email = `${randomUUID()}@example.com`;
      await send(SIGN_UP, { email, password: PASSWORD }, { language: header });
      const [mail] = await inbox.mailsTo(email);
      expect(mail!.headers.get("content-language")).toBe(language);
    }
  });

  it("wait for a server that takes none, while whoever asked was answered", async () => {
    const { email } = await newcomer();
    await inbox.mailsTo(email);
    inbox.refuse(451, email);
    expect((await send(REQUEST, { email })).requested).toBe(true);
    const account = await accountOf(email);
    const attempts = () =>
      database.query("select attempts from account_mails where account_id = $1 and kind = 'RESET'", [
        account,
      ]);
    await expect
      .poll(async () => (await attempts()).rows[0] as object, PATIENCE)
      .toMatchObject({
        attempts: expect.any(Number) as number,
      });
    inbox.refuse(undefined);
    const [mail] = await inbox.mailsTo(email, RESETTING);
    expect((await send(RESET, { token: tokenIn(mail!), newPassword: OTHER })).changed).toBe(true);
  });

  it("are given up where the server will never take them", async () => {
    const { email } = await newcomer();
    await inbox.mailsTo(email);
    inbox.refuse(550, email);
    await send(REQUEST, { email });
    const account = await accountOf(email);
    const waiting = () =>
      database.query(
        `select 1 from marquee.sagas s join account_mails m on m.id = s.id
         where m.tenant_id = $1 and (m.account_id = $2 or m.account_id is null)`,
        [tenant.id, account],
      );
    await expect.poll(async () => (await waiting()).rowCount, PATIENCE).toBe(0);
    inbox.refuse(undefined);
    expect(await inbox.mailsTo(email)).toHaveLength(1);
  });

  it("are sent by whoever is there, also where they were asked for before", async () => {
    const { email } = await newcomer();
    await inbox.mailsTo(email, VERIFYING);
    const mail = { kind: "RESET" as const, email, accountId: null, language: null, token: null };
    await stores.mails.put(tenant, mail);
    const [, sent] = await inbox.mailsTo(email, "", 2);
    expect(sent!.from).toBe("Marquee <no-reply@marquee.example>");
    expect(sent!.headers.get("message-id")).toMatch(/^<[\w-]+@marquee\.example>$/);
  });
});

describe("without an SMTP server", () => {
  const bare = useGateway(() => ({ POSTGRES_URL: own.url }));

  it("nobody is promised a mail, and accounts are made and changed all the same", async () => {
    const email = `${randomUUID()}@example.com`;
    const ask = async (query: string, input: object, token?: string) => {
      const { data } = await bare.ask(query, { variables: { input }, token, tenant: tenant.slug });
      return Object.values(data)[0] as Payload;
    };
    const { accessToken, errors } = await ask(SIGN_UP, { email, password: PASSWORD });
    expect(errors).toEqual([]);
    const change = { currentPassword: PASSWORD, newPassword: OTHER };
    expect(await ask(CHANGE, change, String(accessToken))).toEqual({ changed: true, errors: [] });
    const waiting = await database.query("select 1 from account_mails where account_id = $1", [
      await accountOf(email),
    ]);
    expect(waiting.rowCount).toBe(0);
    expect(await ask(REQUEST, { email })).toEqual({
      requested: false,
      errors: refusal(null, "MAIL_UNAVAILABLE"),
    });
  });

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "marquee-mails-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("the demo writes them to a folder, and says so", async () => {
    const told: string[] = [];
    const mails = path.join(folder, "mails");
    const mailer = new FolderMailer(mails, "Marquee <no-reply@marquee.example>", (line) => told.push(line));
    await mailer.send({ id: "m1", to: "ann@example.com", subject: "Hello", text: "There.", language: "en" });
    expect(await readdir(mails)).toEqual(["m1.eml"]);
    const written = await readFile(path.join(mails, "m1.eml"), "utf8");
    expect(written).toMatch(/^To: ann@example\.com\r?$/m);
    expect(written).toContain("There.");
    expect(told).toEqual(["No SMTP server is set, so a mail was written into the data folder: mails/m1.eml"]);
  });
});
