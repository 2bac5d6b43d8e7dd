import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { startGateway } from "../support/gateway.js";

const folder = mkdtempSync(path.join(tmpdir(), "marquee-trusted-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const LISTED = "query Listed($n: Int!) { titles(first: $n) { edges { node { __typename id name } } } }";
const OTHER = "{ titles(first: 1) { edges { node { id } } } }";

function manifest(name: string, content: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const OF_APOLLO = manifest("apollo.json", {
  format: "apollo-persisted-query-manifest",
  version: 1,
  operations: [{ id: sha256(LISTED), name: "Listed", type: "query", body: LISTED }],
});
const OF_RELAY = manifest("relay.json", { "1a79a4d60de6718e8e5b326e338ae533": LISTED });

interface Answered {
  data?: { titles: { edges: unknown[] } };
  errors?: { message: string; extensions: { code: string } }[];
}

async function send(url: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, ...((await response.json()) as Answered) };
}

const codeOf = ({ errors }: Answered) => errors?.[0]?.extensions.code;
const variables = { n: 3 };

describe("a document of the list", () => {
  const gateway = useGateway(() => ({ MARQUEE_TRUSTED_DOCUMENTS: OF_APOLLO, MARQUEE_MAX_COST: "1" }));

  it("is known by its hash from the start, by id as well, posted and got", async () => {
    const persistedQuery = { version: 1, sha256Hash: sha256(LISTED) };
    const get = async (parameters: Record<string, string>) => {
      const search = new URLSearchParams({ ...parameters, variables: JSON.stringify(variables) });
      const response = await fetch(`${gateway.url}/graphql?${search.toString()}`, {
        headers: { "apollo-require-preflight": "1" },
      });
      return (await response.json()) as Answered;
    };
    for (const answer of [
      await send(gateway.url, { extensions: { persistedQuery }, variables }),
      await send(gateway.url, { documentId: sha256(LISTED), variables }),
      await send(gateway.url, { documentId: `sha256:${sha256(LISTED)}`, variables }),
      await get({ extensions: JSON.stringify({ persistedQuery }) }),
      await get({ documentId: sha256(LISTED) }),
      await send(gateway.url, { query: LISTED, variables }),
    ]) {
      expect(answer.errors).toBeUndefined();
      expect(answer.data?.titles.edges).toHaveLength(3);
    }
  });

  it("is priced, and not refused for it as others are", async () => {
    const listed = await send(gateway.url, { documentId: sha256(LISTED), variables: { n: 100 } });
    expect(Number(listed.headers.get("x-marquee-cost"))).toBeGreaterThan(100);
    expect(listed.data?.titles.edges).toHaveLength(100);
    expect(codeOf(await send(gateway.url, { query: OTHER }))).toBe("TOO_EXPENSIVE");
  });

  it("is named by no other id", async () => {
    const unknown = await send(gateway.url, { documentId: "nobody" });
    expect(unknown.status).toBe(404);
    expect(codeOf(unknown)).toBe("DOCUMENT_NOT_FOUND");
  });
});

describe("where only listed documents run", () => {
  const gateway = useGateway(() => ({ MARQUEE_TRUSTED_DOCUMENTS: OF_RELAY, MARQUEE_TRUSTED_ONLY: "true" }));

  it("others are refused before a store is asked, whatever they are", async () => {
    const { data } = await send(gateway.url, { documentId: "1a79a4d60de6718e8e5b326e338ae533", variables });
    expect(data?.titles.edges).toHaveLength(3);
    const token = await gateway.tokenFor({
      tenant: "meridian",
      account: "viewer",
      profile: "meridian-viewer",
    });
    for (const query of [OTHER, `${LISTED} `, "{ nothing }", "{ __schema { types { name } } }"]) {
      const refused = await send(gateway.url, { query }, { "x-marquee-explain": "1" });
      expect(refused.status).toBe(403);
      expect(codeOf(refused)).toBe("DOCUMENT_NOT_TRUSTED");
      const signedIn = await send(gateway.url, { query }, { authorization: `Bearer ${token}` });
      expect(codeOf(signedIn)).toBe("DOCUMENT_NOT_TRUSTED");
    }
    const persistedQuery = { version: 1, sha256Hash: sha256(OTHER) };
    expect(codeOf(await send(gateway.url, { query: OTHER, extensions: { persistedQuery } }))).toBe(
      "DOCUMENT_NOT_TRUSTED",
    );
    expect(codeOf(await send(gateway.url, { extensions: { persistedQuery } }))).toBe(
      "PERSISTED_QUERY_NOT_FOUND",
    );
  });

  it("operators send what they like", async () => {
    const token = await gateway.tokenFor({
      tenant: "meridian",
      account: "operator",
      profile: "meridian-operator",
    });
    const { data, errors } = await send(gateway.url, { query: OTHER }, { authorization: `Bearer ${token}` });
    expect(errors).toBeUndefined();
    expect(data?.titles.edges).toHaveLength(1);
  });
});

it("a list that cannot be used keeps the gateway from starting, and says why", async () => {
  const start = (env: Record<string, string>) => startGateway(env).then((started) => started.close());
  await expect(start({ MARQUEE_TRUSTED_DOCUMENTS: path.join(folder, "none.json") })).rejects.toThrow(
    /cannot be read: ENOENT/,
  );
  await expect(start({ MARQUEE_TRUSTED_DOCUMENTS: manifest("list.json", [LISTED]) })).rejects.toThrow(
    /is no manifest/,
  );
  await expect(start({ MARQUEE_TRUSTED_ONLY: "true" })).rejects.toThrow(
    /MARQUEE_TRUSTED_ONLY: "true": needs/,
  );
});
