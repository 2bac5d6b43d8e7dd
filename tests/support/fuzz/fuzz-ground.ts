import { type Tenant } from "../../../datasources/core/tenant.js";
import { openAccount } from "../accounts.js";
import { adultProfile, publish } from "../catalogue.js";
import { type TestGateway } from "../gateway.js";
import { named, titleBody } from "../titles.js";
import { type Known } from "./places.js";

/** For whom payloads are sent. */
export const ASKERS = ["visitor", "viewer", "editor", "operator"] as const;
export type Asker = (typeof ASKERS)[number];

/** A tenant to send payloads to, and everybody who may ask it. */
export interface FuzzGround {
  tenant: Tenant;
  tokens: Record<Asker, string | undefined>;
  /** What is valid there. */
  known: Known;
  /** Ids and cursors of another tenant. */
  told: readonly string[];
}

const HIDDEN = 30;
const ROLES = { viewer: ["VIEWER"], editor: ["VIEWER", "EDITOR"], operator: ["VIEWER", "OPERATOR"] } as const;

/** Makes a tenant with a few titles, plans and accounts, and another one beside it. */
export async function openGround(gateway: TestGateway): Promise<FuzzGround> {
  const { tenant, tokens } = await openTenant(gateway, await gateway.createTenant());
  const known = await knownTo(gateway, tenant, tokens);
  const other = await openTenant(gateway, await gateway.createTenant());
  return { tenant, tokens, known, told: await told(gateway, other) };
}

type Opened = Pick<FuzzGround, "tenant" | "tokens">;

/**
 * Fills a tenant with a few titles, plans and accounts, under the same local ids in each.
 *
 * @param mark stands in every text that it is given.
 */
export async function openTenant(gateway: TestGateway, tenant: Tenant, mark = "Drama"): Promise<Opened> {
  const { stores } = gateway;
  await stores.accounts.putPlans(tenant, [
    { id: "plan", name: `Plan ${mark}`, maxStreams: 2, maxHeight: 1080, priceCents: 999, currency: "USD" },
    { id: "other", name: `Other ${mark}`, maxStreams: 4, maxHeight: 2160, priceCents: 1999, currency: "USD" },
  ]);
  await publish(stores, tenant, [...films(mark), series(mark), ...hidden(mark)]);
  const opened = Object.entries(ROLES).map(([id, roles]) =>
    openAccount(gateway, tenant, {
      id,
      email: `${id}@${mark}.example`,
      roles: [...roles],
      planId: "plan",
      profiles: [{ ...adultProfile(id), name: `${id} ${mark}` }],
    }),
  );
  const accounts = await Promise.all(opened);
  const [viewer, editor, operator] = accounts.map(({ token }) => token);
  await fillShelves(gateway, tenant, "viewer");
  await stores.top10Job.recompute(tenant);
  return { tenant, tokens: { visitor: undefined, viewer, editor, operator } };
}

/** Titles that nobody meets, and that stand before the others in every list of a profile. */
function hidden(mark: string) {
  return hiddenIds().map((id, at) =>
    titleBody({ id, name: `Hidden ${at} ${mark}`, state: "ARCHIVED", genres: [drama(mark)] }),
  );
}

function hiddenIds() {
  return Array.from({ length: HIDDEN }, (_, at) => `hidden${at}`);
}

/** The same genre in every tenant, by its own name in each. */
function drama(mark: string) {
  return { ...named("Drama"), name: mark };
}

/** Puts every title on every shelf of an account's profile, which has the account's id. */
async function fillShelves(gateway: TestGateway, tenant: Tenant, profileId: string): Promise<void> {
  const { viewingIngest } = gateway.stores;
  const ids = ["one", "two", "three", "series", ...hiddenIds()];
  const at = (minute: number) => new Date(Date.parse("2026-05-01T00:00:00Z") + minute * 60_000).toISOString();
  const watched = {
    profileId,
    seconds: 600,
    completed: false,
    country: "US",
    device: "TV" as const,
    rating: 4,
  };
  await viewingIngest.ingest(
    tenant,
    ids.map((id, minute) => ({ ...watched, id: `watched ${id}`, titleId: id, at: at(minute) })),
  );
  await viewingIngest.addToWatchlists(
    tenant,
    ids.map((titleId, minute) => ({ profileId, titleId, addedAt: at(minute) })),
  );
}

function films(mark: string) {
  return ["one", "two", "three"].map((id, at) =>
    titleBody({
      id,
      name: `Film ${id} ${mark}`,
      releaseYear: 1990 + at * 10,
      synopsis: `Somebody films something: ${mark}.`,
      genres: [drama(mark)],
      tags: ["quiet", mark.toLowerCase()],
      studio: { ...named("Studio"), name: `Studio ${mark}` },
      credits: [
        {
          role: "ACTOR",
          character: `Somebody ${mark}`,
          person: { ...named("Ada Person"), name: `Ada Person ${mark}` },
        },
      ],
    }),
  );
}

function series(mark: string) {
  const episodes = [{ id: "series/1/1", number: 1, name: `Pilot ${mark}`, runtimeMinutes: 50 }];
  return titleBody({
    id: "series",
    kind: "SERIES",
    name: `Series ${mark}`,
    seasons: [{ id: "series/1", number: 1, name: `One ${mark}`, episodes }],
  });
}

/** What is valid in a tenant that was filled. */
export async function knownTo(
  gateway: TestGateway,
  tenant: Tenant,
  tokens: Record<Asker, string | undefined>,
): Promise<Known> {
  const asked = async (query: string, asker: Asker) =>
    (await gateway.ask(query, { token: tokens[asker], tenant: tenant.slug })).data as Record<
      string,
      { id: string; profile: { id: string } }
    >;
  const { viewer } = await asked("{ viewer { profile { id } } }", "viewer");
  const { editorial } = await asked("{ editorial { id } }", "editor");
  const { operations } = await asked("{ operations { id } }", "operator");
  const { home } = (await asked("{ home { id } }", "viewer")) as unknown as { home: { id: string }[] };
  const profile = viewer!.profile.id;
  const { putCollection } = (await asked(
    'mutation { putCollection(input: { name: "Some", titles: ["Title:one"] }) { collection { id } } }',
    "editor",
  )) as unknown as { putCollection: { collection: { id: string } } };
  const { addSearchSynonym, setSearchRule } = (await asked(
    `mutation {
      addSearchSynonym(input: { language: "en", words: ["some", "few"] }) { synonym { id } }
      setSearchRule(input: { query: "some", title: "Title:one", factor: 1 }) { rule { id } } }`,
    "editor",
  )) as unknown as { addSearchSynonym: { synonym: { id: string } }; setSearchRule: { rule: { id: string } } };
  const nodes = {
    Title: "Title:one",
    Movie: "Title:one",
    Series: "Title:series",
    Person: `Person:${named("Ada Person").id}`,
    Profile: profile,
    HomeRow: home[0]!.id,
    Editorial: editorial!.id,
    EditorialCollection: putCollection.collection.id,
    SearchSynonym: addSearchSynonym.synonym.id,
    SearchRule: setSearchRule.rule.id,
    Operations: operations!.id,
  };
  return { nodes, values: validValues(profile), inputs: INPUTS };
}

function validValues(profile: string): Known["values"] {
  return {
    id: "Title:one",
    title: "Title:two",
    keep: "Title:one",
    merge: "Title:three",
    profile,
    session: "PlaybackSession:none",
    plan: "Plan:other",
    target: "catalog.postgres",
    paymentMethod: "pm_demo_visa",
    email: "somebody@fuzz.example",
    password: "a password of somebody",
    height: 1080,
    width: 1920,
    codecs: ["H264"],
    from: "2020-01-01T00:00:00Z",
  };
}

const INPUTS: Known["inputs"] = {
  // A title is named by one of the two.
  PutTitleInput: (field) => ({
    kind: "MOVIE",
    name: "Put",
    ...(field === "id" ? {} : { externalId: "put" }),
  }),
  PutCollectionInput: () => ({ name: "Put", titles: ["Title:one"] }),
  AddSearchSynonymInput: () => ({ language: "en", words: ["put", "set"] }),
  SetSearchRuleInput: (field) => ({
    query: "put",
    title: "Title:one",
    ...(field === "place" ? {} : { factor: 1 }),
  }),
  SetLicenceInput: () => ({ from: "2020-01-01T00:00:00Z" }),
};

/** Ids and cursors that a viewer of a tenant is told. */
export async function told(gateway: TestGateway, { tenant, tokens }: Opened): Promise<string[]> {
  const { data } = await gateway.ask(
    `{ titles(first: 1) { edges { cursor node { id credits { person { id } } } } }
       viewer { id profile { id } membership { id } } plans { id } home(first: 1) { id } }`,
    { token: tokens.viewer, tenant: tenant.slug },
  );
  return [...JSON.stringify(data).matchAll(/"(?:id|cursor)":"([^"]+)"/g)].map(([, text]) => text ?? "");
}
