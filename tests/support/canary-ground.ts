import { randomBytes } from "node:crypto";
import path from "node:path";

import { inject } from "vitest";

import { type Canaries } from "./canaries.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";
import { type OwnDatabase } from "./database.js";
import { PATIENT_DEADLINE_MS } from "./patience.js";
import { freePort, startMarquee, type MarqueeProcess } from "./process.js";
import { titleBody } from "./titles.js";

/** Somebody, in whom nothing is to be met again. */
export function plantPerson(plant: Canaries["plant"]) {
  return {
    email: `${plant("an address")}@example.com`,
    right: plant("a right password"),
    wrong: plant("a wrong password"),
    next: plant("a new password"),
    name: plant("a name of a profile"),
    pin: plant("a PIN", "90417263"),
    address: plant("an address of the network", "203.0.113.77"),
    device: plant("a device"),
    card: plant("a card"),
  };
}

/** What lets a deployment into what it uses. */
export function plantSecrets(plant: Canaries["plant"]) {
  return {
    postgres: passwordOfServer(plant),
    mongodb: plant("the password of MongoDB"),
    opensearch: plant("the password of OpenSearch"),
    neo4j: plant("the password of Neo4j"),
    signing: plant("the signing key", `canary-signing-key-${randomBytes(16).toString("hex")}`),
    accounts: plant("the key of what people are known by", TEST_ACCOUNT_KEY),
    payments: plant("the key of payments"),
    smtp: plant("the password of the mail server"),
    folder: plant("a path"),
  };
}

/**
 * The password of the server of this run, where it asks for one. With another one a gateway would give its role another
 * password, and lock out the gateways beside it.
 */
function passwordOfServer(plant: Canaries["plant"]): string {
  const { password } = new URL(inject("postgresUrl"));
  return password === "" ? "" : plant("the password of PostgreSQL", password);
}

/** A tenant with a plan and a title. */
export async function openShop(database: OwnDatabase): Promise<void> {
  const stores = await database.open();
  const shop = { slug: "shop", name: "Shop", tier: "SHARED", defaultCountry: "US" } as const;
  const tenant = await stores.tenants.create(shop);
  const plan = { maxStreams: 1, maxHeight: 720, currency: "USD", priceCents: 700 };
  await stores.accounts.putPlans(tenant, [{ ...plan, id: "BASIC", name: "Basic" }]);
  const body = titleBody({ id: "shown", name: "Shown" });
  await stores.titleVersions.append(tenant, [{ body, effectiveFrom: null }]);
  await stores.close();
}

/** A gateway in a process of its own that says all that it has to say, and uses everything that can fail. */
export interface TalkingGateway {
  process: MarqueeProcess;
  url: string;
  operationsUrl: string;
}

/**
 * Starts it.
 *
 * @param env where its stores, mails and payments are.
 */
export async function startTalking(
  secrets: ReturnType<typeof plantSecrets>,
  folder: string,
  env: Record<string, string>,
): Promise<TalkingGateway> {
  const [port, operations] = [await freePort(), await freePort()];
  const process = startMarquee(["serve"], {
    env: {
      PORT: String(port),
      MARQUEE_OPERATIONS_PORT: String(operations),
      MARQUEE_DATA: folder,
      MARQUEE_DEFAULT_TENANT: "shop",
      MARQUEE_SIGNING_KEY: secrets.signing,
      MARQUEE_ACCOUNT_KEY: secrets.accounts,
      MARQUEE_MAIL_FROM: "Marquee <no-reply@marquee.example>",
      MARQUEE_MAIL_LINK: "https://watch.example/{action}?token={token}",
      MARQUEE_TRUSTED_PROXIES: "127.0.0.1",
      MARQUEE_IDP_ISSUER: "http://127.0.0.1:1",
      MARQUEE_IDP_AUDIENCE: "shop",
      MARQUEE_EXPLAIN: "all",
      // No folder can be made below a file.
      MARQUEE_ERASURES_FILE: path.join("/proc/version", secrets.folder, "erasures"),
      PAYMENTS_KEY: secrets.payments,
      PAYMENTS_DEADLINE_MS: "200",
      MARQUEE_STORE_DEADLINE_MS: String(PATIENT_DEADLINE_MS),
      LOG_LEVEL: "trace",
      ...env,
    },
  });
  await process.says("Marquee is ready");
  return { process, url: `http://127.0.0.1:${port}`, operationsUrl: `http://127.0.0.1:${operations}` };
}
