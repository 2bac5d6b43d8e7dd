import { type GraphQLSchema } from "graphql";

import { checkAndRepair } from "../../../datasources/projection/check/check-projection.js";
import { everyField, placesOf } from "../fuzz/places.js";
import { type TestGateway } from "../gateway.js";
import { attemptsOn, headersOf, read, type Attempt, type Sent } from "../isolation/attempts.js";
import { type Household } from "../isolation/households.js";

/** What is seen of tenants, by what was looked at: the same each time while nothing is switched on. */
export type Seen = Map<string, string>;

/** Tenants that stand for all: two that share, one of each other tier, and a second with servers of its own. */
export interface Neighbours {
  gateway: TestGateway;
  schema: GraphQLSchema;
  all: readonly Household[];
}

const ROLES = ["viewer", "operator"] as const;
const AT_ONCE = 8;
const HASHED = /^Mutation\.|\.password$/;

async function inTurn<T>(work: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const left = [...work];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function send({ url }: TestGateway, { path, query, variables, headers }: Sent) {
  const asked = { method: "POST", headers: { "content-type": "application/json", ...headers } };
  const answer = path
    ? await fetch(new URL(path, url), { headers })
    : await fetch(`${url}/graphql`, { ...asked, body: JSON.stringify({ query, variables }) });
  return { status: answer.status, text: await answer.text() };
}

/** What everybody is answered to every field: tenants by turns, so that connections go from one to another. */
export async function seenByAll({ gateway, schema, all }: Neighbours): Promise<Seen> {
  const seen: Seen = new Map();
  const documents = everyField(schema, all[0]!.known).map((_, at) => at);
  const work = documents.flatMap((at) =>
    ROLES.flatMap((asker) => all.map((household) => ({ at, asker, household }))),
  );
  await inTurn(work, async ({ at, asker, household }) => {
    const query = everyFieldOf(schema, household)[at]!;
    const { status, text } = await send(gateway, {
      query,
      variables: {},
      headers: headersOf(household, asker),
    });
    const foreign = all.filter(({ mark }) => mark !== household.mark && text.includes(mark)).length;
    seen.set(
      `${household.tenant.slug} ${asker} ${query}`,
      `${foreign} foreign, ${status} ${lasting(query, text)}`,
    );
  });
  return seen;
}

/** What does not change by itself: figures of the moment and sealed positions do. */
function lasting(query: string, text: string): string {
  return /operations/i.test(query) ? "" : text.replace(/"(c|startC|endC)ursor":"[^"]*"/g, "");
}

const fields = new WeakMap<Household, string[]>();

function everyFieldOf(schema: GraphQLSchema, household: Household): string[] {
  const known = fields.get(household) ?? everyField(schema, household.known);
  fields.set(household, known);
  return known;
}

/** Neighbours that try each other's things: of one tier, and of different ones. */
const PAIRS = [
  [0, 1],
  [2, 0],
  [3, 4],
] as const;
/** Kinds of ids that are tried in a place, beside where every kind fits. */
const KINDS_IN_A_PLACE = 3;

/** Attempts that only read: of each kind of thing one wherever it fits. */
export function readingAttempts({ schema, all }: Neighbours): Attempt[] {
  return PAIRS.flatMap(([at, of]) => {
    const [by, owner] = [all[at]!, all[of]!];
    const places = placesOf(schema, by.known).filter(
      ({ path, kind }) => kind === "query" && !HASHED.test(path),
    );
    return Object.entries(ASKED_BY).flatMap(([name, where]) => {
      const asker = name as keyof typeof ASKED_BY;
      const mine = places.filter(({ path }) => where.test(path));
      const attempts = attemptsOn(owner, by, asker, mine);
      const tried = new Map(
        attempts.filter(({ alike }) => alike).map((attempt) => [keyOf(attempt), attempt]),
      );
      const inPlaces = new Map<string, number>();
      return [...tried.values()].filter(({ where, thing }) => {
        inPlaces.set(where, (inPlaces.get(where) ?? 0) + 1);
        return thing.kind !== "ID" || where === "Query.node.id" || inPlaces.get(where)! <= KINDS_IN_A_PLACE;
      });
    });
  });
}

/** Who is answered in which places. */
const ASKED_BY = {
  viewer: /^(?!Operations|Editorial|Query\.node\.)/,
  editor: /^(Editorial|Query\.node)\./,
  operator: /^(Operations|Query\.node)\./,
};

function keyOf({ asker, where, thing, value }: Attempt): string {
  if (thing.kind === "CURSOR") return [asker, where, thing.value].join(" ");
  const type =
    thing.kind === "ID" ? Buffer.from(thing.value, "base64url").toString().split(":")[0] : thing.kind;
  return [asker, where, type, value === thing.value].join(" ");
}

/** How what is another's is answered: by status, shape and store calls, and whether with anything of the other. */
export async function seenOfOthers({ gateway }: Neighbours, attempts: readonly Attempt[]): Promise<Seen> {
  const seen: Seen = new Map();
  await inTurn(attempts, async (attempt) => {
    const { owner, by, value } = attempt;
    const { headers, ...sent } = attempt.request(value);
    const { status, text } = await send(gateway, {
      ...sent,
      headers: { ...headers, "x-marquee-explain": "1" },
    });
    const told = read(status, text, value);
    const foreign = told.text.replaceAll(value, "").includes(owner.mark);
    seen.set(
      `${by.tenant.slug} ${keyOf(attempt)}`,
      `${foreign ? "foreign " : ""}${status} ${told.shape} ${told.calls}`,
    );
  });
  return seen;
}

/** What is one's own is let in: links, keys, cursors and tokens of each tenant sent by itself. */
export async function seenOfOwn({ gateway, all }: Neighbours): Promise<Seen> {
  const seen: Seen = new Map();
  for (const household of all) {
    const own = attemptsOn(household, household, "viewer", []).concat(
      household.things
        .filter(({ kind }) => kind === "LINK" || kind === "API_KEY")
        .map((thing) => ({
          ...({ owner: household, by: household, asker: "viewer", alike: true } as const),
          thing,
          value: thing.value,
          where: thing.kind,
          request: (value: string): Sent =>
            thing.kind === "LINK"
              ? { path: value, query: "", variables: {}, headers: {} }
              : {
                  query: "{ titles(first: 1) { edges { node { name } } } }",
                  variables: {},
                  headers: { "x-api-key": value },
                },
        })),
    );
    for (const attempt of own.filter(({ thing }) => thing.kind !== "REFRESH")) {
      const { status, text } = await send(gateway, attempt.request(attempt.value));
      const { shape } = read(status, attempt.where === "LINK" ? "" : text, attempt.value);
      seen.set(
        `${household.tenant.slug} own ${attempt.where} ${attempt.thing.kind} ${attempt.value}`,
        `${status} ${shape}`,
      );
    }
  }
  return seen;
}

/** What a tenant's projections hold when they are filled anew, and those of everybody else beside them. */
export async function seenOfStores({ gateway, all }: Neighbours, { tenant }: Household): Promise<Seen> {
  const seen: Seen = new Map();
  for (const target of gateway.stores.home.projections) {
    await target.rebuild(tenant);
    for (const { tenant: other } of all.filter(({ tenant: { servers } }) => servers === null)) {
      const { entries } = await target.status(other);
      const { found } = await checkAndRepair(target, other);
      seen.set(`${tenant.slug} ${target.name} of ${other.slug}`, JSON.stringify({ entries, found }));
    }
  }
  return seen;
}
