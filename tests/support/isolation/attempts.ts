import { getNamedType, isListType, getNullableType } from "graphql";

import { type Asker } from "../fuzz/fuzz-ground.js";
import { type Place } from "../fuzz/places.js";
import { fitsInto } from "../fuzz/send-payloads.js";
import { type Household, type Thing } from "./households.js";

/** Something of an owner's that somebody of another tenant sends. */
export interface Attempt {
  owner: Household;
  by: Household;
  asker: Asker;
  thing: Thing;
  /** What is sent of it: itself, or with the name of the asker's tenant. */
  value: string;
  /** `Query.title.id`, or the header. */
  where: string;
  /** The request with a value in the place of the thing. */
  request: (value: string) => Sent;
  /** Whether the answer must be that to what is missing: where the value names a thing, and is no text of one's own. */
  alike: boolean;
}

/** A request over HTTP. */
export interface Sent {
  /** Where it is no document: what is fetched. */
  path?: string;
  query: string;
  variables: Record<string, unknown>;
  headers: Record<string, string>;
}

/** Whoever has one is let in as whoever it was given to. */
const BEARERS: ReadonlySet<Thing["kind"]> = new Set(["API_KEY", "LINK", "REFRESH"]);
const CURSORS = /\.(after|before)$/;
const MADE = /\.idempotencyKey$/;
const READ =
  "{ titles(first: 2) { totalCount edges { cursor node { id name } } } viewer { id profile { name } } home(first: 1) { id } }";
const REFRESH =
  "mutation ($value: String!) { refreshSession(input: { refreshToken: $value }) { accessToken viewer { id } errors { code } } }";

/** Every attempt by one asker on what is another tenant's: each thing of each kind in each place that it fits into. */
export function attemptsOn(
  owner: Household,
  by: Household,
  asker: Asker,
  places: readonly Place[],
): Attempt[] {
  const headers = headersOf(by, asker);
  const base = { owner, by, asker };
  const inArguments = places.flatMap((place) =>
    owner.things.flatMap((thing): Attempt[] => {
      const kind = kindOf(place);
      if (kind !== thing.kind || !fitsInto(place, wrapped(place, thing.value))) return [];
      const request = (value: string) => ({
        query: place.document(1),
        variables: { v0: wrapped(place, value) },
        headers,
      });
      const alike = kind !== "TEXT" && kind !== "MADE";
      return valuesOf(thing, by).map((value) => ({
        ...base,
        thing,
        value,
        where: place.path,
        request,
        alike,
      }));
    }),
  );
  return [...inArguments, ...headerAttempts(base, headers)];
}

function valuesOf({ value, renamed }: Thing, { tenant }: Household): string[] {
  return renamed ? [value, renamed(tenant)] : [value];
}

/** Tokens and names of the owner in the headers of somebody else's request, its refresh token and links in their places. */
function headerAttempts(
  base: Pick<Attempt, "owner" | "by" | "asker">,
  headers: Record<string, string>,
): Attempt[] {
  const read = (more: Record<string, string>) => ({
    query: READ,
    variables: {},
    headers: { ...headers, ...more },
  });
  const named = { ...headers, "x-marquee-tenant": base.by.tenant.slug };
  const ways: Partial<Record<Thing["kind"], [string, (value: string) => Sent]>> = {
    REFRESH: ["refreshToken", (value) => ({ query: REFRESH, variables: { value }, headers: named })],
    LINK: ["/exports", (path) => ({ path, query: "", variables: {}, headers })],
    API_KEY: ["x-api-key", (value) => ({ query: READ, variables: {}, headers: { "x-api-key": value } })],
    CONSISTENCY: ["x-marquee-consistency", (value) => read({ "x-marquee-consistency": value })],
    // Behind a token, which counts for more; a visitor may ask any tenant what it shows to visitors.
    ...(headers.authorization && {
      SLUG: ["x-marquee-tenant", (value: string) => read({ "x-marquee-tenant": value })],
    }),
  };
  return base.owner.things.flatMap((thing) => {
    const [where, request] = ways[thing.kind] ?? [];
    if (!where || !request) return [];
    // What names the owner and is a secret is the owner's wherever it is sent; whoever says that it is the asker's is nobody.
    const sent = BEARERS.has(thing.kind) ? valuesOf(thing, base.by).slice(1) : valuesOf(thing, base.by);
    return sent.map((value) => ({ ...base, thing, value, where, request, alike: true }));
  });
}

export function headersOf(by: Household, asker: Asker): Record<string, string> {
  const token = by.tokens[asker];
  return token ? { authorization: `Bearer ${token}` } : { "x-marquee-tenant": by.tenant.slug };
}

/** What a place takes. A text that is written down would be the asker's own from then on. */
function kindOf({ path, kind, type }: Place): Thing["kind"] | null {
  const { name } = getNamedType(type);
  if (CURSORS.test(path)) return "CURSOR";
  if (MADE.test(path)) return "MADE";
  if (name === "ID") return "ID";
  return name === "String" && kind === "query" ? "TEXT" : null;
}

function wrapped({ type }: Place, value: string): unknown {
  return isListType(getNullableType(type)) ? [value] : value;
}

/** What came back, as far as it may not differ. */
export interface Told {
  status: number;
  text: string;
  /** What is there, without what it says. */
  shape: string;
  /** Store calls: what was asked and how often. */
  calls: string;
}

/** Reads an answer to a value that was sent; the value itself is no difference. */
export function read(status: number, text: string, value: string): Told {
  const body = (text.startsWith("{") ? JSON.parse(text) : { text }) as {
    extensions?: { explain?: { calls: { store: string; operation: string }[] } };
  };
  const calls = (body.extensions?.explain?.calls ?? []).map(
    ({ store, operation }) => `${store} ${operation}`,
  );
  const shape = JSON.stringify(shapeOf({ ...body, extensions: undefined }))
    .replaceAll(value, "…")
    .replaceAll(excerptOf(value), "…");
  return { status, text, shape, calls: calls.sort().join(", ") };
}

/** Errors say the beginning of a value that is long. */
function excerptOf(value: string): string {
  return value.slice(0, 40);
}

/** Words that say the same of everybody. */
const SAID = new Set(["__typename", "code", "field", "message", "path"]);

function shapeOf(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item, key));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== "requestId")
        .map(([name, part]) => [name, shapeOf(part, name)]),
    );
  return SAID.has(key) || value === null ? value : typeof value;
}
