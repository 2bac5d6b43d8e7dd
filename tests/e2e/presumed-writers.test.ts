import { randomUUID } from "node:crypto";

import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { hashPassword } from "../../packages/passwords/index.js";
import { publish } from "../support/catalogue.js";
import { useGateway, useSuperuser } from "../support/fixtures.js";
import { titleBody } from "../support/titles.js";

/*
 * Who tells how far they have got is taken to be who the token says, and nobody is looked up. Whatever has changed since
 * the token was issued counts all the same, at once, as it does for whoever is looked up.
 */

const gateway = useGateway();
const superuser = useSuperuser("shared");
let tenant: Tenant;
let passwordHash: string;
let account: string;
let token: string;

const TITLES = [
  titleBody({ id: "all" }),
  titleBody({ id: "adult", maturityRating: "R" }),
  titleBody({ id: "french", licences: [{ countries: ["FR"], from: "2010-01-01T00:00:00Z", until: null }] }),
  titleBody({ id: "draft", state: "DRAFT" }),
];

beforeAll(async () => {
  [tenant, passwordHash] = await Promise.all([gateway.createTenant(), hashPassword("marquee")]);
  await publish(gateway.stores, tenant, TITLES);
});
beforeEach(async () => {
  account = randomUUID();
  token = await signedIn(tenant);
});

/** The token of an account that is made with one profile of an adult. */
async function signedIn(of: Tenant): Promise<string> {
  const email = `${account}@example.com`;
  const profile = { id: account, name: "Ada", kind: "ADULT" as const, maturityLimit: 18, country: null };
  const facts = { id: account, email, passwordHash, country: "US", planId: null, profiles: [profile] };
  await gateway.stores.accounts.putAccounts(of, [{ ...facts, roles: ["VIEWER"] }]);
  const signIn = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }";
  const { data } = await gateway.ask(signIn, {
    variables: { input: { email, password: "marquee" } },
    tenant: of.slug,
  });
  return (data.signIn as { accessToken: string }).accessToken;
}

const INPUTS = { recordProgress: "RecordProgressInput", addToWatchlist: "WatchlistInput" };

/** The codes that a write about a title is refused with, and what it asked of stores before. */
async function write(field: keyof typeof INPUTS, title: string, more: object = {}) {
  const document = `mutation ($input: ${INPUTS[field]}!) { ${field}(input: $input) { errors { code } } }`;
  const input = { title: `Title:${title}`, ...more };
  const { data, errors, extensions } = await gateway.ask(document, {
    variables: { input },
    token,
    explain: true,
  });
  const refused = (data?.[field] as { errors: { code: string }[] } | null)?.errors ?? [];
  return {
    codes: [...refused.map(({ code }) => code), ...(errors ?? []).map((error) => error.extensions.code)],
    asked: extensions?.explain?.calls.map(({ operation }) => operation),
  };
}
const progress = (title: string) => write("recordProgress", title, { positionSeconds: 60 });
const set = (text: string) => superuser.query(text, [tenant.id, account]);
const stored = async () => {
  const { rows } = await superuser.query(
    "select title_id from viewing_events where tenant_id = $1 and profile_id = $2 order by 1",
    [tenant.id, account],
  );
  return (rows as { title_id: string }[]).map(({ title_id }) => title_id);
};

describe("a report of progress", () => {
  it("has nobody looked up, and is refused as what whoever is looked up writes", async () => {
    expect(await progress("all")).toEqual({ codes: [], asked: ["catalog.titlesByIds"] });
    for (const title of ["none", "draft", "french"]) {
      expect((await progress(title)).codes, title).toEqual(["TITLE_NOT_FOUND"]);
      expect((await write("addToWatchlist", title)).codes, title).toEqual(["TITLE_NOT_FOUND"]);
    }
    const far = await write("recordProgress", "all", { positionSeconds: -1 });
    expect(far.codes).toEqual(["POSITION_OUT_OF_RANGE"]);
    expect(await stored()).toEqual(["all"]);
  });

  /** What may have changed since the token was issued, and what that leaves. */
  const CHANGES: Record<string, { change: string; all?: string; adult?: string; french?: string }> = {
    "the session is over": {
      change:
        "update sessions set expires_at = now() - interval '1 second' where tenant_id = $1 and account_id = $2",
      all: "UNAUTHENTICATED",
      adult: "UNAUTHENTICATED",
      french: "UNAUTHENTICATED",
    },
    "the session is of another profile": {
      change: `with other as (
                 insert into profiles (tenant_id, id, account_id, name)
                 values ($1, $2 || '-2', $2, $2 || '-2') returning id)
               update sessions set profile_id = (select id from other) where tenant_id = $1 and account_id = $2`,
      all: "UNAUTHENTICATED",
      adult: "UNAUTHENTICATED",
      french: "UNAUTHENTICATED",
    },
    "the profile is gone": {
      change: "delete from profiles where tenant_id = $1 and id = $2",
      all: "UNAUTHENTICATED",
      adult: "UNAUTHENTICATED",
      french: "UNAUTHENTICATED",
    },
    "the key is gone by which it can be read who it is": {
      change: "delete from person_keys where tenant_id = $1 and owner = $2",
      all: "UNAUTHENTICATED",
      adult: "UNAUTHENTICATED",
      french: "UNAUTHENTICATED",
    },
    "the maturity limit is lower": {
      change: "update profiles set maturity_limit = 13 where tenant_id = $1 and id = $2",
      adult: "TITLE_NOT_FOUND",
      french: "TITLE_NOT_FOUND",
    },
    "the account is in another country": {
      change: "update accounts set country = 'FR' where tenant_id = $1 and id = $2",
    },
    "the account has become an editor's": {
      change: "update accounts set roles = '{VIEWER,EDITOR}' where tenant_id = $1 and id = $2",
    },
  };
  for (const [what, { change, ...left }] of Object.entries(CHANGES)) {
    it(`counts at once that ${what}`, async () => {
      await set(change);
      for (const title of ["all", "adult", "french"] as const) {
        const codes = left[title] ? [left[title]] : [];
        expect((await progress(title)).codes, title).toEqual(codes);
        expect((await write("addToWatchlist", title)).codes, title).toEqual(codes);
      }
      const told = (["adult", "all", "french"] as const).filter((title) => !left[title]);
      expect(await stored()).toEqual(told);
    });
  }

  it("twice in one document is one look-up of nobody, and of somebody beside what asks for one", async () => {
    const document = `mutation {
      one: recordProgress(input: {title: "Title:all", positionSeconds: 10}) { title { myProgress { positionSeconds } } errors { code } }
      two: addToWatchlist(input: {title: "Title:all"}) { title { inMyWatchlist myProgress { positionSeconds } } errors { code } }
      three: recordProgress(input: {title: "Title:all", positionSeconds: 20}) { title { inMyWatchlist myProgress { positionSeconds } } errors { code } }
    }`;
    const { data, errors } = await gateway.ask(document, { token });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      one: { title: { myProgress: { positionSeconds: 10 } }, errors: [] },
      two: { title: { inMyWatchlist: true, myProgress: { positionSeconds: 10 } }, errors: [] },
      three: { title: { inMyWatchlist: true, myProgress: { positionSeconds: 20 } }, errors: [] },
    });
  });

  it("that fails leaves nobody presumed for what stands behind it", async () => {
    const own = await gateway.createTenant("ISOLATED");
    await publish(gateway.stores, own, TITLES);
    token = await signedIn(own);
    await superuser.query(`
      create function ${own.schema}.fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger fail before insert on ${own.schema}.viewing_events
        for each row execute function ${own.schema}.fail();
      update ${own.schema}.profiles set maturity_limit = 13`);
    const document = `mutation {
      one: recordProgress(input: {title: "Title:all", positionSeconds: 10}) { errors { code } }
      two: addToWatchlist(input: {title: "Title:adult"}) {
        title { id } errors { code } query { titles(first: 10) { edges { node { name } } } }
      }
    }`;
    const { data, errors } = await gateway.ask(document, { token });
    expect(errors?.map(({ path }) => path)).toEqual([["one"]]);
    const all = { edges: [{ node: { name: "Film all" } }] };
    expect(data?.two).toEqual({
      title: null,
      errors: [{ code: "TITLE_NOT_FOUND" }],
      query: { titles: all },
    });
  });
});
