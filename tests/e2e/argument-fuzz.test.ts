import fc from "fast-check";
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";

import { use, useLoneGateway } from "../support/fixtures.js";
import { ASKERS, openGround, type Asker, type FuzzGround } from "../support/fuzz/fuzz-ground.js";
import { openInbox } from "../support/inbox.js";
import { PAYLOADS, payloadsBeside } from "../support/fuzz/payloads.js";
import { placesOf, type Place } from "../support/fuzz/places.js";
import {
  fitsInto,
  sendPayloads,
  type Fault,
  type Figures,
  type Send,
} from "../support/fuzz/send-payloads.js";
import { LIMITS } from "../../src/limits/limits.js";

/*
 * Every leaf of every argument of the schema, as introspection tells them, is sent payloads that were made to break
 * something. `npm run test:fuzz` sends them all; here, some of them that the seed chooses.
 */

const seed = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const perPlace = Number(process.env.MARQUEE_TEST_FUZZ_PAYLOADS ?? 12);
/** Places whose valid payloads cost a hashed password each, which is made to take long. */
const HASHED = /^Mutation\.(signIn|signUp)\.|\.password$/;
const AT_ONCE = 4;

/** Many payloads in a request. */
const WIDE = Object.fromEntries(
  Object.entries(LIMITS).map(([name, { variable }]) => [variable, name === "depth" ? "16" : "50000000"]),
);

// With the sandbox of payments, so that a checkout gets beyond its arguments.
const inbox = use(openInbox);
const { gateway } = useLoneGateway(() => ({
  ...WIDE,
  MARQUEE_DEMO: "true",
  MARQUEE_SMTP_URL: inbox.url,
  MARQUEE_MAIL_FROM: "marquee@example.com",
}));
let ground: FuzzGround;
let places: Place[];
let payloads: readonly unknown[];
const figures: Figures = { requests: 0, values: 0, codes: new Map() };

beforeAll(async () => {
  ground = await openGround(gateway);
  const { data } = await gateway.ask(getIntrospectionQuery(), { tenant: ground.tenant.slug });
  places = placesOf(buildClientSchema(data as unknown as IntrospectionQuery), ground.known);
  payloads = payloadsBeside(ground.told);
});
afterAll(() => {
  const codes = Object.fromEntries([...figures.codes].sort((a, b) => b[1] - a[1]));
  console.log(
    `seed ${seed}: ${places.length} places, ${payloads.length} payloads, ${figures.values} values in ${figures.requests} requests:`,
    codes,
  );
});

it("looks at every argument, with enough to send", () => {
  expect(PAYLOADS.length).toBeGreaterThanOrEqual(500);
  expect(places.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      "Query.titles.filter.genres[]",
      "Movie.similar.after",
      "Mutation.putTitle.input.seasons[].episodes[].name",
    ]),
  );
});

/** Payloads of a place; all of them where there are fewer than are wanted. */
function chosenFor({ path }: Place, at: number): readonly unknown[] {
  const wanted = HASHED.test(path) ? Math.ceil(perPlace / 6) : perPlace;
  if (wanted >= payloads.length) return payloads;
  const some = fc.shuffledSubarray([...payloads], { minLength: wanted, maxLength: wanted });
  return fc.sample(some, { seed: seed + at, numRuns: 1 })[0] ?? [];
}

const sendAs =
  (asker: Asker): Send =>
  async (request) => {
    const token = ground.tokens[asker];
    const answer = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-marquee-tenant": ground.tenant.slug,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(request),
    });
    return { status: answer.status, text: await answer.text() };
  };

/** Who may get as far as the argument: everybody does where everything is sent. */
function askersOf({ path }: Place, at: number): readonly Asker[] {
  if (HASHED.test(path)) return ["visitor"];
  return perPlace >= payloads.length ? ASKERS : [ASKERS[(seed + at) % ASKERS.length]!];
}

it("answers no payload in the place of any argument by a fault of its own", async () => {
  const work = places.flatMap((place, at) => askersOf(place, at).map((asker) => ({ place, at, asker })));
  const faults: (Fault & { asker: Asker })[] = [];
  const worker = async () => {
    for (let next = work.shift(); next; next = work.shift()) {
      const { place, at, asker } = next;
      const chosen = chosenFor(place, at);
      // What has another type is refused before it matters who asks.
      const first = asker === askersOf(place, at)[0];
      const sent = first ? chosen : chosen.filter((value) => fitsInto(place, value));
      const found = await sendPayloads(place, sent, sendAs(asker), figures);
      faults.push(...found.map((fault) => ({ ...fault, asker })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(faults.slice(0, 50)).toEqual([]);
}, 3_600_000);
