import { type Accounts } from "../../datasources/accounts/accounts.js";
import { type Sessions } from "../../datasources/accounts/sessions.js";
import { type Catalog, type PlacedTitle } from "../../datasources/catalog/catalog.js";
import { type PageOf } from "../../datasources/core/page.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { frozenSize } from "../../packages/fair-cache/index.js";
import { openSession } from "../../resolvers/request/sessions.js";
import { readConfig } from "../../src/config.js";
import { startGateway } from "../../src/server.js";
import { announce, startedWith } from "./serving.js";
import { ACCOUNT, TENANT, titleDocuments, viewerRecord } from "./titles.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";

/** The domains of the query in memory, so that what is measured is the gateway. Everything else stays what it is. */
function inMemory(): {
  accounts: Pick<Accounts, "viewer">;
  sessions: Pick<Sessions, "open">;
  catalog: Pick<Catalog, "titles">;
} {
  const viewer = viewerRecord();
  const titles: PlacedTitle[] = titleDocuments().map((title) => ({
    position: { value: title.popularity, id: title.id },
    title,
  }));
  // As what is kept of stores' answers: it never changes, and is the same as long as that holds.
  const pages = new Map<number, PageOf<PlacedTitle>>();
  const pageOf = (limit: number) => {
    const known = pages.get(limit);
    if (known) return known;
    const page = { rows: titles.slice(0, limit), hasMore: titles.length > limit };
    frozenSize(page);
    pages.set(limit, page);
    return page;
  };
  return {
    accounts: { viewer: async () => viewer },
    sessions: { open: async () => ({ id: "bench", prolongable: true }) },
    catalog: {
      titles: async (_request, _audience, queries) => queries.map(({ page }) => pageOf(page.limit)),
    },
  };
}

const { data, postgresUrl } = startedWith();
const config = readConfig({
  PORT: "0",
  POSTGRES_URL: postgresUrl,
  MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
  MARQUEE_SIGNING_KEY: "a signing key that only the benchmark uses",
  MARQUEE_DEFAULT_TENANT: "none",
  MARQUEE_PLAYGROUND: "false",
  LOG_LEVEL: "warn",
  ...(data === "postgres-anew" ? { MARQUEE_CACHE_MB: "0" } : {}),
  // The crowd is meant: nobody is to be refused.
  MARQUEE_QUEUE_MS: "30000",
});
const gateway = await startGateway(config, async (stores: Stores) => {
  if (data === "memory") Object.assign(stores, inMemory());
});
const identity = {
  tenant: TENANT.slug,
  account: ACCOUNT.id,
  profile: ACCOUNT.profiles[0]!.id,
  session: null,
  roles: null,
};
const tenant = (await gateway.stores.tenants.bySlug(TENANT.slug))!;
const session = await openSession(gateway.stores.sessions, tenant, identity, { device: null, country: null });
const { accessToken } = await gateway.tokens.issue(session?.identity ?? identity);
announce(`${gateway.url}/graphql`, { authorization: `Bearer ${accessToken}` });
