/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { namesOf } from "../../datasources/privacy/held.js";
import { HELD_BY_LOGS } from "../../datasources/privacy/held-elsewhere.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { openCanaries } from "../support/canaries.js";
import { openShop, plantPerson, plantSecrets, startTalking } from "../support/canary-ground.js";
import { spoiltBodies, spoiltDocuments, spoiltHeaders, spoiltRoutes } from "../support/canary-requests.js";
import { use, useDatabase } from "../support/fixtures.js";
import { sendTo, type Answer, type Ask } from "../support/gateway.js";
import { startHostileEngine } from "../support/hostile-engine.js";
import { sendRaw } from "../support/http.js";
import { openInbox } from "../support/inbox.js";
import { PATIENCE } from "../support/patience.js";
import { startPaymentProvider } from "../support/payment-provider.js";
import { killRunning, startMarquee, type MarqueeProcess } from "../support/process.js";
import { layWire } from "../support/wire.js";

const canaries = openCanaries();
const { plant, hear } = canaries;
const person = plantPerson(plant);
const secrets = plantSecrets(plant);
const DRAFT = plant("the name of a draft");
const VALUE = plant("a value of a document");
const WORDS = plant("words of an engine");

const database = useDatabase();
const inbox = use(() => openInbox(secrets.smtp));
const provider = use(() => startPaymentProvider(600));
const engine = use(() => startHostileEngine(WORDS));
const wire = use(() => layWire(database.url));
let folder: string;
let gateway: MarqueeProcess;
let url: string;
let operationsUrl: string;

/** The servers that it has, each by a URL with a password. */
const servers = () => ({
  POSTGRES_URL: wire.url,
  MONGODB_URL: `mongodb://keeper:${secrets.mongodb}@127.0.0.1:1/`,
  OPENSEARCH_URL: `http://keeper:${secrets.opensearch}@127.0.0.1:${engine.port}`,
  NEO4J_URL: `bolt://keeper:${secrets.neo4j}@127.0.0.1:1`,
});

beforeAll(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), "marquee-")), secrets.folder);
  await openShop(database);
  const env = { ...servers(), MARQUEE_SMTP_URL: inbox.url, PAYMENTS_URL: provider.url };
  ({ process: gateway, url, operationsUrl } = await startTalking(secrets, folder, env));
});
afterAll(async () => {
  killRunning();
  await rm(path.dirname(folder), { recursive: true, force: true });
});

/** Asks as a device of the person's, and hears what is said of what went wrong. */
async function ask(query: string, options: Ask = {}): Promise<Answer> {
  const headers = { "x-forwarded-for": person.address, "user-agent": person.device, ...options.headers };
  const answer = await sendTo(url, query, { explain: true, ...options, headers });
  const payloads = Object.values(answer.data ?? {}).map(
    (field) => (field as { errors?: unknown } | null)?.errors,
  );
  hear("errors", JSON.stringify([answer.errors, payloads]));
  hear("explain", JSON.stringify(answer.extensions));
  return answer;
}
/** Mutations whose input is called otherwise than they are. */
const INPUTS: Record<string, string> = { refreshSession: "RefreshInput" };
const MUTATION = (name: string, fields: string) =>
  `mutation ($input: ${INPUTS[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}Input`}!) { ${name}(input: $input) { ${fields} errors { field code message } } }`;
const run = async (name: string, input: object, fields: string, token?: string) => {
  const answer = await ask(MUTATION(name, fields), { variables: { input }, token });
  const payload = answer.data?.[name] ?? null;
  return { ...answer, payload };
};
/** That an answer has nothing but a request id to tell of a failure, under which it is logged. */
async function expectMasked({ errors }: Pick<Answer, "errors">, code: string): Promise<void> {
  expect(errors).toMatchObject([
    { extensions: { code, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
  ]);
  const line = `"requestId":"${String(errors![0]!.extensions.requestId)}"`;
  await expect.poll(() => gateway.output().includes(line), PATIENCE).toBe(true);
}
let session: { accessToken: string; refreshToken: string };
let staffToken: string;
let apiKey: string;
let profile: string;

/** What cannot be stored from now on; the server says so with all of the row. */
const refuse = (table: string, condition: string) =>
  database.query(`alter table shared.${table} add constraint refused check (${condition}) not valid`);

describe("nothing that was planted is told", () => {
  it("by what is done with it as it is meant", async () => {
    const up = await run(
      "signUp",
      { email: person.email, password: person.right, name: person.name },
      "accessToken refreshToken",
    );
    session = up.payload;
    plant("an access token", session.accessToken.split(".")[2]);
    plant("a refresh token", session.refreshToken);
    const staff = await run(
      "signUp",
      { email: `staff.${person.email}`, password: person.right },
      "accessToken",
    );
    await database.query(
      "update shared.accounts set roles = '{VIEWER,EDITOR,OPERATOR}' where created_at = (select max(created_at) from shared.accounts)",
    );
    staffToken = staff.payload.accessToken;
    for (const [name, input, code] of [
      ["signIn", { email: person.email, password: person.wrong }, "BAD_CREDENTIALS"],
      ["changePassword", { currentPassword: person.wrong, newPassword: person.next }, "BAD_CREDENTIALS"],
      ["changeEmail", { email: person.address, password: person.right }, "INVALID_EMAIL"],
      ["resetPassword", { token: person.wrong, newPassword: person.next }, "TOKEN_INVALID"],
      ["refreshSession", { refreshToken: person.wrong }, "SESSION_ENDED"],
      ["createProfile", { name: person.name }, "NAME_TAKEN"],
    ] as const) {
      const { payload } = await run(name, input, "__typename", session.accessToken);
      expect(payload?.errors, name).toMatchObject([{ code }]);
    }
    const { data } = await ask("{ viewer { profile { id } } }", { token: session.accessToken });
    profile = data.viewer.profile.id;
    await run(
      "setProfilePin",
      { profile, newPin: person.pin, password: person.right },
      "profile { id }",
      session.accessToken,
    );
    await run("selectProfile", { profile, pin: person.wrong }, "accessToken", session.accessToken);
    const made = await run("createApiKey", { name: "a machine", scope: ["Query.titles"] }, "key", staffToken);
    apiKey = plant("an API key", made.payload.key);
    const forbidden = await ask("{ genres { id } }", { token: apiKey });
    expect(forbidden.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  });

  it("by documents, variables, headers and paths that are none", async () => {
    for (const [query, options] of spoiltDocuments(VALUE, person.pin)) {
      const answer = await ask(query, options);
      expect(answer.errors?.length, query).toBeGreaterThan(0);
    }
    const json = { "content-type": "application/json" };
    for (const body of spoiltBodies(VALUE)) await raw("/graphql", json, body);
    for (const route of spoiltRoutes(VALUE)) await raw(route, { "apollo-require-preflight": "1" });
    await raw(`/exports/${VALUE}`, json, "{}");
    for (const [name, value] of spoiltHeaders(VALUE))
      await raw("/graphql", { ...json, [name]: value }, '{"query":"{ __typename }"}');
  });

  it("by statements, mails, payments and jobs that fail", async () => {
    const isOld = `created_at < '${new Date().toISOString()}'`;
    await refuse("accounts", `${isOld} and not 'PLATFORM' = any(roles)`);
    await refuse("profiles", isOld);
    await refuse("catalog_titles", `document::text not like '%${DRAFT}%'`);
    const refused = { email: `refused.${person.email}`, password: person.right, name: person.name };
    await expectMasked(await run("signUp", refused, "accessToken"), "INTERNAL_SERVER_ERROR");
    await expectMasked(
      await run("createProfile", { name: DRAFT }, "profile { id }", session.accessToken),
      "INTERNAL_SERVER_ERROR",
    );
    const draft = { externalId: "draft", name: DRAFT, kind: "MOVIE", synopsis: VALUE };
    const put = await run("putTitle", draft, "version", staffToken);
    expect(put.payload).toMatchObject({ errors: [] });
    const parked = () =>
      database.query<{ reason: string }>(
        "select reason from marquee.outbox_parked where target like 'catalog%'",
      );
    await expect.poll(async () => (await parked()).length, PATIENCE).toBeGreaterThan(0);
    await database.query("update marquee.outbox_parked set attempts = 4, next_attempt_at = now()");
    await expect
      .poll(
        async () => (await database.query("select 1 from marquee.outbox_parked where dead")).length,
        PATIENCE,
      )
      .toBeGreaterThan(0);
    hear("dead letters", JSON.stringify(await parked()));
    await ask("{ operations { projections { name deadLetters(first: 5) { edges { node { reason } } } } } }", {
      token: staffToken,
    });

    const subscribe = { plan: "Plan:BASIC", paymentMethod: person.card, idempotencyKey: "once" };
    provider.fail("authorize", "ERROR_BEFORE", 20);
    await run("subscribe", subscribe, "checkout { state failure }", session.accessToken);
    await expect.poll(() => provider.requests.length, PATIENCE).toBeGreaterThan(1);
    hear("checkouts", JSON.stringify(await database.query("select * from shared.checkout_steps")));

    await run("requestPasswordReset", { email: person.email }, "requested");
    const [mail] = await inbox.mailsTo(person.email, "/reset-password?");
    plant("a link of a mail", /token=(\S+)/.exec(mail!.text)?.[1]);
    for (const code of [450, 550]) {
      inbox.refuse(code);
      await run("requestPasswordReset", { email: person.email }, "requested");
      await gateway.says(code === 450 ? "A mail was not sent" : "A mail will not be sent");
    }
    inbox.refuse(undefined);
    // A mail is claimed by counting up.
    await refuse("account_mails", "attempts = 0");
    await run("requestPasswordReset", { email: person.email }, "requested");
    const failedJobs = () =>
      database.query<{ last_error: string }>(
        "select last_error from graphile_worker._private_jobs where last_error like 'DatabaseError 23514%'",
      );
    await expect.poll(async () => (await failedJobs()).length, PATIENCE).toBeGreaterThan(0);
    hear("jobs", JSON.stringify(await failedJobs()));
    const claims = Buffer.from(
      JSON.stringify({ iss: "http://127.0.0.1:1", sub: person.email, aud: "shop" }),
    ).toString("base64url");
    const header = Buffer.from('{"alg":"RS256","kid":"k"}').toString("base64url");
    const outside = await ask("{ viewer { id } }", { token: `${header}.${claims}.${VALUE}` });
    expect(outside.errors?.[0]?.extensions.code).toBe("IDENTITY_PROVIDER_UNAVAILABLE");
  });

  it("while the facts are not there", async () => {
    await wire.cut();
    await expectMasked(
      await run("signIn", { email: person.email, password: person.right }, "accessToken"),
      "STORE_UNAVAILABLE",
    );
    await expectMasked(
      await ask("{ viewer { profile { name } } }", { token: session.accessToken }),
      "STORE_UNAVAILABLE",
    );
    await ask('{ title(id: "Title:shown") { name } }', { token: apiKey });
    for (const at of [url, operationsUrl]) await raw("/readyz", {}, undefined, at);
    await raw("/metrics", {}, undefined, operationsUrl);
    await wire.mend();
    const ready = async () => (await fetch(`${url}/readyz`)).status;
    await expect.poll(ready, PATIENCE).toBe(200);
  });

  it("by commands and starts that fail, and by the log of acts", async () => {
    const POSTGRES_URL = servers().POSTGRES_URL;
    const command = async (args: string[], env: Record<string, string>, code = 1) => {
      const ran = startMarquee(args, {
        env: { MARQUEE_DATA: folder, MARQUEE_ACCOUNT_KEY: secrets.accounts, ...env },
      });
      expect((await ran.ended()).code, ran.output()).toBe(code);
      hear("commands", ran.output().replaceAll(person.email, ""));
    };
    const give = ["account", "roles", "--tenant", "shop", "--email", person.email, "--give", "PLATFORM"];
    const wrong = Object.fromEntries(Object.entries(servers()).map(([name, value]) => [name, `x${value}`]));
    await Promise.all([
      command(give, { POSTGRES_URL }),
      command(["projections", "status"], {
        POSTGRES_URL: Object.assign(new URL(POSTGRES_URL), { username: "nobody" }).href,
      }),
      command(["serve"], {
        ...wrong,
        MARQUEE_SIGNING_KEY: VALUE.slice(0, 20),
        PAYMENTS_URL: `ftp://a:${secrets.payments}@b`,
        MARQUEE_SMTP_URL: `http://a:${secrets.smtp}@b`,
        MARQUEE_IDP_ISSUER: `ftp://a:${VALUE}@b`,
      }),
      command(["audit", "export", "--tenant", "shop"], { POSTGRES_URL }, 0),
    ]);
    hear("audit", JSON.stringify(await database.query("select * from shared.audit_log")));
    expect(canaries.heardIn("audit")).toContain("SIGN_IN");
  });

  it("anywhere: of twenty kinds and more, in any form, nor a statement, nor where anything lies", async () => {
    await raw("/metrics", {}, undefined, operationsUrl);
    gateway.signal("SIGTERM");
    await gateway.ended();
    hear("log", gateway.output());
    expect(engine.asked()).toBeGreaterThan(0);
    expect(canaries.kinds().length).toBeGreaterThanOrEqual(20);
    const { leaks, heard } = canaries.found();
    expect(Object.keys(heard).sort()).toEqual([
      "answers",
      "audit",
      "checkouts",
      "commands",
      "dead letters",
      "errors",
      "explain",
      "jobs",
      "log",
    ]);
    expect(leaks).toEqual([]);
    const lines = gateway
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    const keys = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line) as object)));
    expect(keys.size).toBeGreaterThan(6);
    expect([...keys].filter((key) => !namesOf(HELD_BY_LOGS.line!).includes(key))).toEqual([]);
    for (const place of Object.keys(heard)) {
      const told = canaries.heardIn(place);
      expect(told, place).not.toMatch(
        /\b(insert into|delete from|select [^"]{1,200} from|update [\w."]+ set)\b|\bMATCH \(/i,
      );
      expect(told, place).not.toContain(packageRoot());
    }
  });
});

/** Sends a request as it is, and hears all that is answered. */
async function raw(route: string, headers: Record<string, string>, body?: string, at = url): Promise<void> {
  const method = body === undefined ? "GET" : "POST";
  const answer = await sendRaw(`${at}${route}`, { method, headers, ...(body === undefined ? {} : { body }) });
  hear("answers", `${JSON.stringify(answer.headers)} ${answer.body.toString()}`);
}
